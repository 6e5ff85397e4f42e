//! What a life leaves behind may panic when it is dropped: nothing else is to suffer from that.

use std::panic::resume_unwind;

use actors::DeadLetterReason;
use actors::prelude::*;

use crate::support::*;

/// Panics when dropped, also as a key. Without the hook, which would print each.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            resume_unwind(Box::new("a bomb"));
        }
    }
}

#[derive(Message, Clone)]
struct Parcel(#[expect(dead_code, reason = "only dropped")] Bomb);

/// Has bombs wherever a life can have something.
struct Hoarder {
    journal: Journal,
    others: Vec<ActorRef<Scribe>>,
}

impl Actor for Hoarder {
    async fn stopped(&mut self, _: &mut Context<Self>, reason: &ExitReason) {
        self.journal.note(format!("stopped: {reason}"));
    }
}

impl Handler<Parcel> for Hoarder {
    async fn handle(&mut self, parcel: Parcel, _: &mut Context<Self>) {
        std::mem::forget(parcel);
    }
}

#[derive(Message)]
#[message(reply = u64)]
struct PutOff;

impl Responder<PutOff> for Hoarder {
    async fn respond(&mut self, _: PutOff, reply: ReplyTo<u64>, ctx: &mut Context<Self>) {
        ctx.stash_request(PutOff, reply).map_err(drop).unwrap();
    }
}

#[handlers]
impl Hoarder {
    #[handler]
    fn hoard(&mut self, ctx: &mut Context<Self>) -> ActorRef<Scribe> {
        let parcel = || Parcel(Bomb(0));
        let child = ctx.spawn(Scribe::named("child ", &self.journal));
        for other in &self.others {
            ctx.watch_with(other, parcel());
        }
        ctx.after(seconds(100), parcel());
        ctx.every(seconds(100), parcel());
        for number in 0..3 {
            ctx.timer(Bomb(number)).after(seconds(100), parcel());
        }
        ctx.idle_timeout(seconds(100), parcel());
        let never = parcel();
        ctx.pipe(std::future::pending::<()>(), move |()| never);
        ctx.stash(parcel()).map_err(std::mem::forget).unwrap();
        child
    }

    #[handler]
    fn children(&mut self, ctx: &mut Context<Self>) -> usize {
        ctx.children()
    }

    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }

    #[handler]
    fn give_up(&mut self, ctx: &mut Context<Self>) {
        ctx.fail(ActorError::msg("gave up"));
    }
}

#[tokio::test(start_paused = true)]
async fn however_a_life_ends_all_that_it_had_ends_with_it() {
    type End = fn(&ActorRef<Hoarder>);
    let ends: [(End, &[&str]); 5] = [
        (|actor| actor.stop(), &["child stopped: shutdown", "stopped: normal"]),
        (|actor| actor.stop_now(), &["child stopped: shutdown", "stopped: normal"]),
        (|actor| actor.kill(), &[]),
        (
            |actor| actor.explode().try_tell().unwrap(),
            &["child stopped: shutdown", "stopped: panicked: exploded"],
        ),
        (
            |actor| actor.give_up().try_tell().unwrap(),
            &["child stopped: shutdown", "stopped: failed: gave up"],
        ),
    ];
    for restart in [Restart::temporary(), Restart::transient().max(9, seconds(5))] {
        for (end, expected) in &ends {
            let (system, journal) = (ActorSystem::new(), Journal::default());
            let others: Vec<_> = (0..3).map(|_| system.spawn(Scribe::default())).collect();
            let state = (journal.clone(), others.clone());
            let factory = move || Hoarder { journal: state.0.clone(), others: state.1.clone() };
            let actor = system.actor(factory).restart(restart).spawn();
            let child = actor.hoard().await.unwrap();
            let mut put_off = actor.ask(PutOff);
            assert!(poll_once(&mut put_off).await.is_none());
            settle().await;
            let case = format!("{expected:?}, {restart:?}");

            end(&actor);
            assert_eq!(put_off.await, Err(AskError::Stopped), "{case}");
            let end = tokio::time::timeout(seconds(50), child.wait()).await;
            assert!(end.is_ok(), "{case}: the child goes on");
            settle().await;
            assert_eq!(journal.entries(), [&["child started"], *expected].concat(), "{case}");
            assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 2, "{case}: its stash");
            for other in others {
                assert_eq!(other.snapshot().watchers, 0, "{case}");
            }
            let goes_on =
                restart != Restart::temporary() && expected.last().is_none_or(|end| !end.ends_with("normal"));
            assert_eq!(actor.is_alive(), goes_on, "{case}");
            if goes_on {
                assert_eq!(actor.children().await, Ok(0), "{case}");
                drop(actor.hoard().await);
            }
            assert!(system.shutdown(seconds(5)).await.is_clean(), "{case}");
        }
    }
}

/// Looks at what it is about to be dropped with: nothing of the other may be locked then.
struct Curious(ActorRef<Scribe>);

impl Drop for Curious {
    fn drop(&mut self) {
        assert_eq!(self.0.snapshot().watchers, 0);
    }
}

#[derive(Message)]
struct Letter(#[expect(dead_code, reason = "only dropped")] Curious);

#[derive(Actor)]
struct Reader(ActorRef<Scribe>);

impl Handler<Letter> for Reader {
    async fn handle(&mut self, _: Letter, _: &mut Context<Self>) {}
}

#[handlers]
impl Reader {
    #[handler]
    fn watch_and_unwatch(&mut self, ctx: &mut Context<Self>) {
        ctx.watch_with(&self.0, Letter(Curious(self.0.clone())));
        ctx.unwatch(&self.0);
    }
}

#[tokio::test]
async fn the_message_of_a_watch_that_is_given_up_may_look_at_the_watched_when_it_is_dropped() {
    let system = ActorSystem::new();
    let other = system.spawn(Scribe::default());
    let reader = system.spawn(Reader(other));
    assert_eq!(reader.watch_and_unwatch().await, Ok(()));
}
