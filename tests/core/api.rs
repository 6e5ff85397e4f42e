//! The public surface as its documentation shows it: these programs have to compile as they stand.

use std::time::Duration;

use actors::prelude::*;
use actors::{Mailbox, ReplyTo};

#[derive(Message)]
#[message(reply = u64)]
struct Add {
    by: u64,
}

#[derive(Actor, Default)]
struct Counter {
    total: u64,
}

impl Handler<Add> for Counter {
    async fn handle(&mut self, msg: Add, _ctx: &mut Context<Self>) -> u64 {
        self.total += msg.by;
        self.total
    }
}

#[tokio::test]
async fn the_plain_form() -> actors::Result<()> {
    let system = ActorSystem::new();
    let counter = system.spawn(Counter::default());
    counter.tell(Add { by: 1 }).await?;
    counter.try_tell(Add { by: 1 })?;
    let n: u64 = counter.ask(Add { by: 1 }).timeout(Duration::from_secs(1)).await?;
    assert_eq!(n, 3);
    Ok(())
}

#[derive(Message)]
#[message(reply = String)]
struct Lookup {
    key: u32,
}

#[derive(Actor, Default)]
struct Cache {
    waiting: Vec<(u32, ReplyTo<String>)>,
}

impl Responder<Lookup> for Cache {
    async fn respond(&mut self, msg: Lookup, reply: ReplyTo<String>, _ctx: &mut Context<Self>) {
        self.waiting.push((msg.key, reply));
    }
}

#[handlers]
impl Cache {
    #[handler]
    fn find(&mut self, key: u32, reply: ReplyTo<String>) {
        self.waiting.push((key, reply));
    }

    #[handler]
    fn load(&mut self) {
        for (key, reply) in self.waiting.drain(..) {
            reply.send(format!("value of {key}"));
        }
    }
}

#[tokio::test]
async fn answers_that_come_later() -> actors::Result<()> {
    let system = ActorSystem::new();
    let cache = system.spawn(Cache::default());
    let (plain, client, loaded) = tokio::join!(cache.ask(Lookup { key: 1 }), cache.find(2), cache.load());
    loaded?;
    assert_eq!((plain?, client?), ("value of 1".into(), "value of 2".into()));
    Ok(())
}

#[derive(Actor)]
#[actor(name = "db", mailbox = 256, on_full = reject, thread = dedicated)]
struct Db;

#[tokio::test]
async fn the_builder_and_the_attributes() -> actors::Result<()> {
    let system = ActorSystem::new();
    let db = system.spawn(Db);
    let counter = system
        .actor(Counter::default)
        .mailbox(Mailbox::bounded(64).on_full(OnFull::Reject))
        .restart(Restart::transient().max(3, Duration::from_secs(5)))
        .backoff(Backoff::exponential(Duration::from_millis(100), Duration::from_secs(10)))
        .dedicated_thread()
        .spawn();
    assert_eq!(counter.ask(Add { by: 2 }).await?, 2);
    let named = system.actor(Counter::default).name("counter").start().await?;
    let found: ActorRef<Counter> = system.lookup("counter")?;
    assert_eq!(found, named);
    db.stop();
    let report = system.shutdown(Duration::from_secs(5)).await;
    assert!(report.is_clean(), "{report}");
    system.terminated().await;
    Ok(())
}

#[tokio::test]
async fn everything_a_reference_is() {
    fn is_all<T: Clone + Send + Sync + std::fmt::Debug + Eq + std::hash::Hash>(_: &T) {}
    fn is_a_request<T: Future + Send + Unpin>(_: &T) {}
    let system = ActorSystem::new();
    let counter = system.spawn(Counter::default());
    is_all(&counter);
    is_all(&counter.recipient::<Add>());
    is_a_request(&counter.ask(Add { by: 1 }));
}

#[test]
fn send_errors_convert_for_messages_that_are_not_sync() {
    fn is_error<E: std::error::Error + Send + Sync + 'static>() {}
    is_error::<SendError<std::cell::Cell<u8>>>();
}

#[test]
fn reply_handles_may_be_borrowed_across_awaits() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<ReplyTo<std::cell::Cell<u8>>>();
}
