//! Questions without an answer fail at once, and late answers are never seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actors::DeadLetterReason;
use actors::prelude::*;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::support::*;

/// Keeps reply handles and answers when told to.
#[derive(Clone, Default)]
struct Oracle {
    kept: Arc<std::sync::Mutex<Vec<ReplyTo<u64>>>>,
    handled: Arc<AtomicU64>,
    gate: Arc<Notify>,
}

impl Actor for Oracle {}

#[handlers]
impl Oracle {
    #[handler]
    fn keep(&mut self, reply: ReplyTo<u64>) {
        self.handled.fetch_add(1, Ordering::Relaxed);
        self.kept.lock().unwrap().push(reply);
    }

    /// Answers late, from its handler.
    #[handler]
    async fn think(&mut self, answer: u64) -> u64 {
        self.handled.fetch_add(1, Ordering::Relaxed);
        self.gate.notified().await;
        answer
    }

    #[handler]
    async fn weigh(&mut self, question: [u8; 10_000]) -> u64 {
        self.gate.notified().await;
        question.iter().map(|byte| u64::from(*byte)).sum()
    }

    #[handler]
    fn fail_instead(&mut self, ctx: &mut Context<Self>) -> u64 {
        ctx.fail(ActorError::msg("no idea"));
        1
    }

    #[handler]
    async fn panic_after_a_while(&mut self) -> u64 {
        tokio::task::yield_now().await;
        panic!("no idea")
    }

    #[handler]
    fn panic_at_once(&mut self) -> u64 {
        panic!("no idea")
    }

    #[handler]
    async fn pass_on(&mut self, to: Recipient<PanicAtOnce>, reply: ReplyTo<u64>) {
        reply.delegate(&to, PanicAtOnce {}).await;
    }

    #[handler]
    fn pipe_away(&mut self, reply: ReplyTo<u64>, ctx: &mut Context<Self>) {
        let work = async move {
            std::future::pending::<()>().await;
            reply
        };
        ctx.pipe(work, |_| Forget {});
    }

    #[handler]
    fn forget(&mut self) {}
}

#[tokio::test(start_paused = true)]
async fn whatever_ends_the_question_ends_it_at_once() {
    let begin = Instant::now();
    let system = ActorSystem::new();
    let oracle = || system.actor(Oracle::default).spawn();

    assert_eq!(oracle().panic_at_once().await, Err(AskError::Stopped));
    assert_eq!(oracle().panic_after_a_while().await, Err(AskError::Stopped));
    assert_eq!(oracle().pass_on(oracle().recipient()).await, Err(AskError::Stopped), "the other died");
    assert_eq!(oracle().fail_instead().await, Ok(1), "an answer given is an answer");

    let dead = oracle();
    dead.kill();
    dead.wait().await;
    assert_eq!(dead.think(1).await, Err(AskError::Stopped));
    assert_eq!(dead.recipient::<Think>().ask(Think { answer: 1 }).await, Err(AskError::Stopped));
    assert_eq!(oracle().pass_on(dead.recipient()).await, Err(AskError::Stopped), "the other was dead");

    let narrow = Mailbox::bounded(1).on_full(OnFull::Reject);
    let full = system.actor(Oracle::default).mailbox(narrow).spawn();
    full.think(1).try_tell().unwrap();
    assert_eq!(full.recipient::<Think>().ask(Think { answer: 1 }).await, Err(AskError::Full));

    let piping = oracle();
    let mut piped = piping.pipe_away();
    assert!(poll_once(&mut piped).await.is_none());
    settle().await;
    piping.stop();
    assert!(matches!(piped.await, Err(AskError::Stopped | AskError::NoReply)), "the pipe ends with its life");
    assert_eq!(begin.elapsed(), seconds(0), "a timeout was waited for");
}

#[tokio::test(start_paused = true)]
async fn the_question_whose_handling_ends_the_life_fails_though_another_life_follows() {
    let begin = Instant::now();
    let system = ActorSystem::new();
    let oracle = system.actor(Oracle::default).restart(Restart::permanent().max(9, seconds(5))).spawn();
    let mut behind = oracle.keep();
    assert_eq!(oracle.panic_at_once().await, Err(AskError::Stopped));
    let mut killed = oracle.think(1);
    assert!(poll_once(&mut killed).await.is_none());
    assert!(poll_once(&mut behind).await.is_none());
    settle().await;
    oracle.kill();
    assert_eq!(killed.await, Err(AskError::Stopped));
    settle().await;
    assert!(poll_once(&mut behind).await.is_none(), "queued behind it, so it is the next life's");
    assert_eq!(begin.elapsed(), seconds(0));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_never_seen() {
    let system = ActorSystem::new();
    let oracle = Oracle::default();
    let state = oracle.clone();
    let actor = system.spawn(state);
    let mut late = actor.think(1).timeout(seconds(1));
    assert!(poll_once(&mut late).await.is_none());
    assert_eq!(late.await, Err(AskError::Timeout(seconds(1))));
    let second = tokio::spawn(actor.think(2).owned());
    settle().await;
    oracle.gate.notify_one();
    settle().await;
    oracle.gate.notify_one();
    assert_eq!(second.await.unwrap(), Ok(2), "not the answer to the question before");
    assert_eq!(oracle.handled.load(Ordering::Relaxed), 2);
    assert!(actor.is_alive());
}

#[tokio::test(start_paused = true)]
async fn late_answers_are_counted_and_answers_nobody_wanted_any_more_are_not() {
    let system = ActorSystem::new();
    let oracle = Oracle::default();
    let kept = oracle.kept.clone();
    let actor = system.spawn(oracle.clone());
    let late = || system.dead_letter_counts().of(DeadLetterReason::LateReply);

    for _ in 0..3 {
        assert_eq!(actor.keep().timeout(seconds(1)).await, Err(AskError::Timeout(seconds(1))));
    }
    let mut given_up = actor.keep();
    assert!(poll_once(&mut given_up).await.is_none());
    settle().await;
    drop(given_up);
    assert_eq!(late(), 0, "nothing has come yet");
    let mut replies = std::mem::take(&mut *kept.lock().unwrap());
    replies.pop().unwrap().send(4);
    assert_eq!(late(), 0, "its asker had given up before its time was over");
    drop(replies.pop().unwrap());
    replies.into_iter().for_each(|reply| reply.send(1));
    assert_eq!((late(), system.dead_letter_counts().total()), (2, 2), "one was dropped and not answered");
}

#[tokio::test(start_paused = true)]
async fn a_large_question_has_its_time_too() {
    let system = ActorSystem::new();
    let oracle = Oracle::default();
    let actor = system.spawn(oracle.clone());
    let large = Box::new([1; 10_000]);
    let ask = |seconds| actor.weigh(*large).timeout(Duration::from_secs(seconds));
    assert_eq!(ask(1).await, Err(AskError::Timeout(seconds(1))));
    oracle.gate.notify_one();
    settle().await;
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::LateReply), 1);
    oracle.gate.notify_one();
    assert_eq!(ask(1).await, Ok(10_000));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_counted_from_the_asking() {
    let system = ActorSystem::new();
    let oracle = Oracle::default();
    let kept = oracle.kept.clone();
    let actor = system.spawn(oracle.clone());
    let asked = Instant::now();
    let mut busy = actor.think(1);
    assert!(poll_once(&mut busy).await.is_none());
    let mut ask = actor.keep().timeout(seconds(9));
    assert!(poll_once(&mut ask).await.is_none());
    tokio::time::sleep(seconds(2)).await;
    oracle.gate.notify_one();
    settle().await;
    let deadline = || kept.lock().unwrap()[0].deadline();
    assert_eq!(deadline(), Some(asked + seconds(9)));
    tokio::time::sleep(seconds(1)).await;
    assert_eq!(deadline(), Some(asked + seconds(9)), "whenever one looks");
}

#[tokio::test(start_paused = true)]
async fn the_callee_can_see_at_any_time_whether_somebody_waits() {
    let system = ActorSystem::new();
    let oracle = Oracle::default();
    let kept = oracle.kept.clone();
    let actor = system.spawn(oracle);
    let wanted = || kept.lock().unwrap().iter().map(ReplyTo::is_wanted).collect::<Vec<_>>();

    let mut dropped = actor.keep();
    let mut expiring = actor.keep().timeout(seconds(1));
    let mut patient = actor.keep();
    for ask in [&mut dropped, &mut expiring, &mut patient] {
        assert!(poll_once(ask).await.is_none());
    }
    actor.keep().tell().await.unwrap();
    settle().await;
    assert_eq!(wanted(), [true, true, true, false], "nobody waits for the answer to a tell");
    drop(dropped);
    assert_eq!(wanted(), [false, true, true, false]);
    let begin = Instant::now();
    let mut handle = kept.lock().unwrap().remove(1);
    handle.abandoned().await;
    assert_eq!(begin.elapsed(), seconds(1));
    assert_eq!(expiring.await, Err(AskError::Timeout(seconds(1))));
    assert!(!handle.is_wanted());
    handle.send(1);
    kept.lock().unwrap().remove(1).send(7);
    assert_eq!(patient.await, Ok(7));
}

#[tokio::test]
async fn a_request_that_is_never_polled_sends_nothing() {
    let system = ActorSystem::new();
    let oracle = Oracle::default();
    let handled = oracle.handled.clone();
    let actor = system.spawn(oracle);
    drop(actor.keep());
    drop(actor.keep().tell());
    drop(actor.keep().owned());
    actor.stop();
    actor.wait().await;
    assert_eq!(handled.load(Ordering::Relaxed), 0);
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test]
async fn a_question_given_up_in_the_queue_is_seen_as_unwanted_by_its_handler() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    let (mut given_up, mut wanted) = (actor.ask(IsWanted(1)), actor.ask(IsWanted(2)));
    assert!(poll_once(&mut given_up).await.is_none());
    assert!(poll_once(&mut wanted).await.is_none());
    drop(given_up);
    scribe.gate.notify_one();
    assert_eq!(wanted.await, Ok(true));
    // Dropping takes back interest, not the message.
    assert_eq!(scribe.journal.entries()[3..], ["1: false", "2: true"]);
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[derive(Message)]
#[message(reply = bool)]
struct IsWanted(u64);

impl Responder<IsWanted> for Scribe {
    async fn respond(&mut self, IsWanted(number): IsWanted, reply: ReplyTo<bool>, _: &mut Context<Self>) {
        let is_wanted = reply.is_wanted();
        self.journal.note(format!("{number}: {is_wanted}"));
        reply.send(is_wanted);
    }
}
