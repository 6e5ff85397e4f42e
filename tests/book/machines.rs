//! The program of the chapter on state machines.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actors::prelude::*;
use actors::testkit::TestSystem;

/// A server that is there from the third attempt on.
#[derive(Clone, Default)]
struct Server {
    attempts: Arc<AtomicU32>,
}

struct Connection;

impl Server {
    async fn connect(self) -> io::Result<Connection> {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        if attempt < 3 { Err(io::ErrorKind::ConnectionRefused.into()) } else { Ok(Connection) }
    }
}

impl Connection {
    async fn query(&mut self, question: &str) -> String {
        question.to_uppercase()
    }
}

// ANCHOR: machine
enum Link {
    Connecting { attempt: u32 },
    Resting { attempt: u32 },
    Connected(Connection),
}

struct Client {
    server: Server,
    machine: Machine<Link>,
}

impl Actor for Client {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        self.machine.start(ctx);
        Ok(())
    }
}

impl StateMachine for Client {
    type State = Link;

    fn machine(&mut self) -> &mut Machine<Link> {
        &mut self.machine
    }

    async fn entered(&mut self, _from: Option<Link>, ctx: &mut Context<Self>) {
        match self.machine.state() {
            Link::Connecting { .. } => {
                ctx.pipe(self.server.clone().connect(), |result| Answered { result });
            }
            Link::Resting { attempt } => {
                let delay = Duration::from_millis(100) * *attempt;
                self.machine.timeout(delay, TryAgain, ctx);
            }
            Link::Connected(_) => {}
        }
    }
}
// ANCHOR_END: machine

// ANCHOR: handlers
#[handlers]
impl Client {
    #[handler]
    async fn query(&mut self, question: String, reply: ReplyTo<String>, ctx: &mut Context<Self>) {
        match self.machine.state_mut() {
            Link::Connected(connection) => reply.send(connection.query(&question).await),
            Link::Connecting { .. } | Link::Resting { .. } => {
                if let Err(full) = ctx.stash_request(Query { question }, reply) {
                    ctx.fail(full);
                }
            }
        }
    }

    #[handler]
    fn answered(&mut self, result: io::Result<Connection>, ctx: &mut Context<Self>) {
        let Link::Connecting { attempt } = *self.machine.state() else { return };
        match result {
            Ok(connection) => self.machine.go(Link::Connected(connection), ctx),
            Err(_) => self.machine.go(Link::Resting { attempt }, ctx),
        }
    }

    #[handler]
    fn try_again(&mut self, ctx: &mut Context<Self>) {
        if let Link::Resting { attempt } = *self.machine.state() {
            self.machine.go(Link::Connecting { attempt: attempt + 1 }, ctx);
        }
    }
}
// ANCHOR_END: handlers

#[tokio::test(start_paused = true)]
async fn questions_wait_until_there_is_a_connection() -> actors::Result<()> {
    let system = TestSystem::new();
    let server = Server::default();
    let machine = Machine::new(Link::Connecting { attempt: 1 });
    let client = system.spawn(Client { server: server.clone(), machine });
    let answers = tokio::try_join!(client.query("one".to_owned()), client.query("two".to_owned()))?;
    assert_eq!((answers.0.as_str(), answers.1.as_str()), ("ONE", "TWO"));
    assert_eq!(server.attempts.load(Ordering::Relaxed), 3);
    drop(client);
    system.finish().await;
    Ok(())
}
