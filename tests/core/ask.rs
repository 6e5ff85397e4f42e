//! Questions and the ways in which they have no answer.

use std::sync::Arc;

use actors::prelude::*;
use actors::{DeadLetterReason, ReplyTo};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::support::*;

#[derive(Actor, Default)]
struct Desk {
    kept: Vec<ReplyTo<u64>>,
    abandoned: Arc<Notify>,
}

#[derive(Debug, PartialEq)]
struct Broke;

impl std::fmt::Display for Broke {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broke")
    }
}
impl std::error::Error for Broke {}

#[handlers]
impl Desk {
    #[handler]
    fn keep(&mut self, reply: ReplyTo<u64>) {
        self.kept.push(reply);
    }

    #[handler]
    fn answer_kept(&mut self, with: u64) {
        for reply in self.kept.drain(..) {
            reply.send(with);
        }
    }

    #[handler]
    fn drop_kept(&mut self) {
        self.kept.clear();
    }

    #[handler]
    fn lose(&mut self, reply: ReplyTo<u64>) {
        drop(reply);
    }

    #[handler]
    fn pay(&mut self, amount: u64) -> Result<u64, Broke> {
        if amount > 10 { Err(Broke) } else { Ok(amount) }
    }

    #[handler]
    async fn never(&mut self) {
        std::future::pending::<()>().await;
    }

    #[handler]
    fn observe(&mut self, mut reply: ReplyTo<u64>) {
        let abandoned = self.abandoned.clone();
        tokio::spawn(async move {
            reply.abandoned().await;
            assert!(!reply.is_wanted());
            abandoned.notify_one();
        });
    }

    #[handler]
    async fn pass_on(&mut self, to: ActorRef<Scribe>, number: u64, reply: ReplyTo<u64>) {
        reply.delegate(&to, Write { number }).await;
    }

    #[handler]
    fn panics(&mut self) -> u64 {
        panic!("no answer from here")
    }
}

#[tokio::test]
async fn a_kept_reply_is_answered_later() {
    let system = ActorSystem::new();
    let desk = system.spawn(Desk::default());
    let asks: Vec<_> = (0..3).map(|_| tokio::spawn(desk.keep().owned())).collect();
    tokio::task::yield_now().await;
    desk.answer_kept(7).tell().await.unwrap();
    for ask in asks {
        assert_eq!(ask.await.unwrap(), Ok(7));
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_reply_fails_the_ask_at_once() {
    let system = ActorSystem::new();
    let desk = system.spawn(Desk::default());
    let begin = Instant::now();
    assert_eq!(desk.lose().await, Err(AskError::NoReply));
    let kept = tokio::spawn(desk.keep().owned());
    tokio::task::yield_now().await;
    desk.drop_kept().tell().await.unwrap();
    assert_eq!(kept.await.unwrap(), Err(AskError::NoReply));
    assert_eq!(begin.elapsed(), seconds(0), "no timeout was waited for");
}

#[tokio::test(start_paused = true)]
async fn the_default_timeout_is_five_seconds_and_can_be_chosen() {
    let system = ActorSystem::new();
    let desk = system.spawn(Desk::default());
    let begin = Instant::now();
    assert_eq!(desk.keep().await, Err(AskError::Timeout(seconds(5))));
    assert_eq!(begin.elapsed(), seconds(5));
    assert_eq!(desk.keep().timeout(seconds(1)).await, Err(AskError::Timeout(seconds(1))));
    assert_eq!(begin.elapsed(), seconds(6));
    // The late answers go nowhere and harm nobody.
    desk.answer_kept(1).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_ask_fails_at_once_if_the_actor_dies() {
    let system = ActorSystem::new();
    let begin = Instant::now();

    let desk = system.spawn(Desk::default());
    assert_eq!(desk.panics().await, Err(AskError::Stopped), "a panic in its own handler");
    assert_eq!(desk.pay(1).await, Err(actors::CallError::Ask(AskError::Stopped)), "dead before");

    let desk = system.spawn(Desk::default());
    let kept = tokio::spawn(desk.keep().owned());
    tokio::task::yield_now().await;
    desk.panics().tell().await.unwrap();
    assert_eq!(kept.await.unwrap(), Err(AskError::Stopped), "with the reply handle in its state");

    let desk = system.spawn(Desk::default());
    let running = tokio::spawn(desk.never().owned());
    let queued = tokio::spawn(desk.keep().owned());
    tokio::task::yield_now().await;
    desk.kill();
    assert_eq!(running.await.unwrap(), Err(AskError::Stopped), "killed in the handler");
    assert_eq!(queued.await.unwrap(), Err(AskError::Stopped), "killed with the question queued");
    assert_eq!(begin.elapsed(), seconds(0), "no timeout was waited for");
}

#[tokio::test]
async fn errors_of_a_handler_and_of_the_way_come_flattened() {
    let system = ActorSystem::new();
    let desk = system.spawn(Desk::default());
    async fn pay(desk: &ActorRef<Desk>, amount: u64) -> actors::Result<u64> {
        Ok(desk.pay(amount).await?)
    }
    assert_eq!(pay(&desk, 3).await.unwrap(), 3);
    assert_eq!(desk.pay(11).await, Err(CallError::Handler(Broke)));
    let error = pay(&desk, 11).await.unwrap_err();
    assert_eq!(error.to_string(), "broke");
    assert!(error.downcast_ref::<CallError<Broke>>().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_question_whose_deadline_passed_in_the_queue_is_not_handled() {
    let system = ActorSystem::new();
    let scribe = Scribe::default();
    let actor = system.spawn(scribe.clone());
    actor.hold().tell().await.unwrap();
    scribe.entered.notified().await;
    assert_eq!(actor.write(1).timeout(seconds(1)).await, Err(AskError::Timeout(seconds(1))));
    scribe.gate.notify_one();
    assert_eq!(actor.write(2).await, Ok(2));
    assert_eq!(scribe.journal.entries(), ["started", "hold", "released", "2"]);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Expired), 1);
}

#[tokio::test]
async fn the_callee_sees_that_nobody_waits_any_more() {
    let system = ActorSystem::new();
    let abandoned = Arc::new(Notify::new());
    let desk = system.spawn(Desk { abandoned: abandoned.clone(), ..Desk::default() });
    let ask = tokio::spawn(desk.observe().owned());
    tokio::task::yield_now().await;
    ask.abort();
    abandoned.notified().await;
}

#[tokio::test]
async fn a_delegated_question_is_answered_by_the_other() {
    let system = ActorSystem::new();
    let (desk, scribe) = (system.spawn(Desk::default()), system.spawn(Scribe::default()));
    assert_eq!(desk.pass_on(scribe.clone(), 5).await, Ok(5));
    scribe.stop();
    scribe.wait().await;
    assert_eq!(desk.pass_on(scribe, 5).await, Err(AskError::Stopped));
}

#[tokio::test(start_paused = true)]
async fn the_timeout_covers_waiting_for_room() {
    let system = ActorSystem::new();
    let scribe = Scribe::default();
    let handle = scribe.clone();
    let actor = system.actor(move || scribe.clone()).mailbox(Mailbox::bounded(1)).spawn();
    actor.hold().tell().await.unwrap();
    handle.entered.notified().await;
    actor.write(0).tell().await.unwrap();
    assert_eq!(actor.write(1).await, Err(AskError::Timeout(seconds(5))));
    handle.gate.notify_one();
    assert_eq!(actor.write(2).await, Ok(2));
    assert_eq!(handle.journal.entries(), ["started", "hold", "released", "0", "2"]);
}

#[test]
fn threads_without_a_runtime_tell_and_ask() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let system = {
        let _inside = runtime.enter();
        ActorSystem::new()
    };
    let scribe = system.spawn(Scribe::default());
    std::thread::spawn(move || {
        scribe.blocking_tell(Write { number: 1 }).unwrap();
        assert_eq!(scribe.blocking_ask(Write { number: 2 }), Ok(2));
    })
    .join()
    .unwrap();
}
