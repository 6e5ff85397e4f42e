//! The first two frames: each side says who it is.
//!
//! ```text
//! dialler: HELLO ──> listener
//!                <── WELCOME
//! ```
//!
//! Until it is over only these frames are understood, and only small ones.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use actors_core::is_valid_name;

use crate::limits::Limits;
use crate::wire::{Frame, Splitter};

/// Who a node is: its name, and a number that is new with each start of its process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) incarnation: u64,
}

/// Introduces this node to one that was dialled. Returns who it is, and what it sent after that.
pub(crate) async fn dial(
    stream: &mut TcpStream,
    me: &Identity,
    limits: &Limits,
) -> Result<(Identity, Splitter), String> {
    let exchange = async {
        say(stream, Frame::Hello { incarnation: me.incarnation, name: &me.name }).await?;
        hear(stream, limits, |frame| match frame {
            Frame::Welcome { incarnation, name } => Some((incarnation, name)),
            _ => None,
        })
        .await
    };
    timeout(limits.handshake, exchange).await.unwrap_or_else(|_| Err("it said nothing in time".into()))
}

/// Lets a node introduce itself. Says nothing to one that does not.
pub(crate) async fn accept(
    stream: &mut TcpStream,
    me: &Identity,
    limits: &Limits,
) -> Result<(Identity, Splitter), String> {
    let exchange = async {
        let heard = hear(stream, limits, |frame| match frame {
            Frame::Hello { incarnation, name } => Some((incarnation, name)),
            _ => None,
        })
        .await?;
        say(stream, Frame::Welcome { incarnation: me.incarnation, name: &me.name }).await?;
        Ok(heard)
    };
    timeout(limits.handshake, exchange).await.unwrap_or_else(|_| Err("it said nothing in time".into()))
}

async fn say(stream: &mut TcpStream, frame: Frame<'_>) -> Result<(), String> {
    let mut bytes = Vec::new();
    frame.encode(&mut bytes);
    stream.write_all(&bytes).await.map_err(|error| error.to_string())
}

async fn hear(
    stream: &mut TcpStream,
    limits: &Limits,
    introduction: impl for<'a> Fn(Frame<'a>) -> Option<(u64, &'a str)>,
) -> Result<(Identity, Splitter), String> {
    let mut splitter = Splitter::new(Limits::HANDSHAKE_FRAME);
    loop {
        if let Some(body) = splitter.next_frame().map_err(|malformed| malformed.0)? {
            let frame = Frame::decode(body).map_err(|malformed| malformed.0)?;
            let (incarnation, name) = introduction(frame).ok_or("it did not introduce itself")?;
            if !is_valid_name(name) {
                return Err("its name is not one".into());
            }
            let identity = Identity { name: name.to_owned(), incarnation };
            splitter.accept_up_to(limits.frame);
            return Ok((identity, splitter));
        }
        let buffer = splitter.buffer();
        let most = (buffer.len() + Limits::HANDSHAKE_FRAME) as u64;
        if stream.take(most).read_buf(buffer).await.map_err(|error| error.to_string())? == 0 {
            return Err("it closed the connection".into());
        }
    }
}
