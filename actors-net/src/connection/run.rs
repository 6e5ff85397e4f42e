//! The tasks of a connection: reader, writer, heartbeat.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

use super::inbound::Inbound;
use super::link::Connection;
use crate::limits::Limits;
use crate::node::Exports;
use crate::wire::{Frame, Splitter};

/// The largest buffer the writer keeps for the next round.
const KEPT_BUFFER: usize = 1 << 20;

/// Starts the connection's tasks; whichever ends first ends the others.
pub(crate) fn run(connection: Arc<Connection>, stream: TcpStream, splitter: Splitter, exports: Arc<Exports>) {
    // Frames are gathered here, so the kernel need not wait for more.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "small messages to this peer may be delayed");
    }
    let (reading, writing) = stream.into_split();
    let runtime = connection.system.runtime().clone();
    let writer = runtime.spawn(closing(connection.clone(), write(connection.clone(), writing)));
    let heartbeat = runtime.spawn(beat(connection.clone()));
    runtime.spawn(async move {
        let why = match read(&connection, reading, splitter, exports).await {
            Ok(why) => why.to_owned(),
            Err(error) => error.to_string(),
        };
        tracing::info!(peer = connection.peer_name(), why = %why.escape_debug(), "a connection has ended");
        connection.close();
        heartbeat.abort();
        // It ends by itself: nothing is taken from a closed buffer.
        drop(writer);
    });
}

async fn closing(connection: Arc<Connection>, task: impl Future<Output = io::Result<()>>) {
    if let Err(error) = task.await {
        tracing::debug!(peer = connection.peer_name(), %error, "writing failed");
        connection.close();
    }
}

/// Reads and handles frames until the connection ends; returns or fails with the reason.
async fn read(
    connection: &Arc<Connection>,
    mut socket: impl AsyncRead + Unpin,
    mut splitter: Splitter,
    exports: Arc<Exports>,
) -> io::Result<&'static str> {
    let mut inbound = Inbound::new(connection.clone(), exports);
    loop {
        let mut handled = 0;
        while let Some(body) = match splitter.next_frame() {
            Ok(body) => body,
            Err(malformed) => return Ok(malformed.0),
        } {
            match inbound.handle(body).await {
                Ok(true) => {}
                Ok(false) => return Ok("the peer said goodbye"),
                Err(malformed) => return Ok(malformed.0),
            }
            handled += 1;
            if handled % 128 == 0 {
                tokio::task::yield_now().await;
            }
        }
        let buffer = splitter.buffer();
        let ahead = (&mut socket).take(Limits::READ_AHEAD as u64);
        tokio::pin!(ahead);
        let read = tokio::select! {
            read = timeout(connection.limits.silence, ahead.read_buf(buffer)) => read,
            () = connection.closed() => return Ok("closed by this side"),
        };
        match read {
            Ok(Ok(0)) => return Ok("the peer closed it"),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => return Ok("the peer was silent for too long"),
        }
    }
}

async fn write(connection: Arc<Connection>, mut socket: impl AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = Vec::new();
    while connection.outbound.take(&mut buffer).await {
        timeout(connection.limits.write_stall, write_whole(&mut socket, &buffer)).await??;
        buffer.clear();
        buffer.shrink_to(KEPT_BUFFER);
    }
    socket.shutdown().await?;
    Ok(())
}

async fn write_whole(socket: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    socket.write_all(bytes).await?;
    socket.flush().await
}

/// Tells the peer now and then that this side lives.
async fn beat(connection: Arc<Connection>) {
    let mut beats = interval(connection.limits.heartbeat);
    loop {
        beats.tick().await;
        connection.outbound.append_control(|out| Frame::Ping.encode(out));
    }
}
