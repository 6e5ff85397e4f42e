//! Start, stop in its three forms, and what panics do.

use actors::prelude::*;
use actors::{DeadLetterReason, StartError};

use crate::support::*;

#[tokio::test]
async fn stop_comes_after_what_is_queued() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    actor.write(1).tell().await.unwrap();
    actor.stop();
    let late = actor.write(2).tell().await;
    assert!(late.is_ok(), "it still has a mailbox");
    scribe.gate.notify_one();
    assert!(matches!(actor.wait().await, ExitReason::Normal));
    assert_eq!(scribe.journal.entries(), ["started", "hold", "released", "1", "stopped: normal"]);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 1);
    assert!(!actor.is_alive());
}

#[tokio::test]
async fn stop_now_finishes_the_handler_and_drops_the_queue() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    actor.write(1).tell().await.unwrap();
    let asked = tokio::spawn(actor.write(2).owned());
    tokio::task::yield_now().await;
    actor.stop_now();
    scribe.gate.notify_one();
    assert!(matches!(actor.wait().await, ExitReason::Normal));
    assert_eq!(asked.await.unwrap(), Err(AskError::Stopped));
    assert_eq!(scribe.journal.entries(), ["started", "hold", "released", "stopped: normal"]);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 2);
}

#[tokio::test]
async fn kill_drops_the_handler_and_runs_no_hook() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    actor.kill();
    assert!(matches!(actor.wait().await, ExitReason::Killed));
    assert_eq!(scribe.journal.entries(), ["started", "hold"]);
}

#[tokio::test]
async fn stopped_runs_once_after_a_panic_a_failure_and_a_stop_of_its_own() {
    let system = ActorSystem::new();
    for (ended, expected) in [
        (
            Box::new(|actor: &ActorRef<Scribe>| actor.explode().try_tell().unwrap()) as Box<dyn Fn(&_)>,
            "panicked: exploded",
        ),
        (Box::new(|actor: &ActorRef<Scribe>| actor.give_up().try_tell().unwrap()), "failed: gave up"),
        (Box::new(|actor: &ActorRef<Scribe>| actor.finish().try_tell().unwrap()), "normal"),
    ] {
        let journal = Journal::default();
        let actor = system.spawn(Scribe::named("", &journal));
        ended(&actor);
        assert_eq!(actor.wait().await.to_string(), expected);
        assert_eq!(journal.entries(), ["started".to_owned(), format!("stopped: {expected}")]);
    }
}

#[tokio::test]
async fn started_comes_before_any_message_and_its_error_is_the_start_error() {
    struct Db(bool);
    impl Actor for Db {
        async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
            tokio::task::yield_now().await;
            if self.0 { Ok(()) } else { Err(ActorError::msg("no disk")) }
        }
    }
    #[handlers]
    impl Db {
        #[handler]
        fn is_open(&self) -> bool {
            self.0
        }
    }
    let system = ActorSystem::new();
    let db = system.actor(|| Db(true)).start().await.unwrap();
    assert_eq!(db.is_open().await, Ok(true));
    let error = system.actor(|| Db(false)).start().await.unwrap_err();
    assert!(matches!(&error, StartError::Failed(error) if error.to_string() == "no disk"), "{error}");
    let error = system.actor(|| -> Result<Db, std::io::Error> { Err(std::io::Error::other("no file")) });
    assert_eq!(error.start().await.unwrap_err().to_string(), "the start failed: no file");
    let db = system.spawn(Db(false));
    assert_eq!(db.is_open().await, Err(AskError::Stopped));
    assert!(matches!(db.wait().await, ExitReason::Failed(_)));
}

#[tokio::test]
async fn panics_in_hooks_factories_and_drop_are_contained() {
    #[derive(Clone, Copy, PartialEq)]
    enum Where {
        Started,
        Stopped,
        Drop,
    }
    struct Fragile(Where);
    impl Actor for Fragile {
        async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
            assert!(self.0 != Where::Started, "in started");
            Ok(())
        }
        async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
            assert!(self.0 != Where::Stopped, "in stopped");
        }
    }
    impl Drop for Fragile {
        fn drop(&mut self) {
            assert!(self.0 != Where::Drop, "in drop");
        }
    }
    let system = ActorSystem::new();
    let error = system.actor(|| Fragile(Where::Started)).start().await.unwrap_err();
    assert!(matches!(error, StartError::Panicked(message) if message == "in started"));
    for (at, reason) in [(Where::Stopped, "panicked: in stopped"), (Where::Drop, "normal")] {
        let actor = system.actor(move || Fragile(at)).start().await.unwrap();
        actor.stop();
        assert_eq!(actor.wait().await.to_string(), reason);
    }
    let error = system.actor(|| -> Fragile { panic!("in the factory") }).start().await.unwrap_err();
    assert!(matches!(error, StartError::Panicked(message) if message == "in the factory"));
}

#[tokio::test]
async fn a_message_whose_drop_panics_does_not_keep_the_mailbox_from_being_emptied() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in the message's drop");
        }
    }
    struct Idle;
    impl Actor for Idle {}
    #[handlers]
    impl Idle {
        #[handler]
        async fn hang(&mut self) {
            std::future::pending::<()>().await;
        }
        #[handler]
        fn take(&mut self, bomb: Bomb) {
            std::mem::forget(bomb);
        }
        #[handler]
        fn number(&mut self) -> u64 {
            1
        }
    }
    let system = ActorSystem::new();
    let actor = system.spawn(Idle);
    actor.hang().tell().await.unwrap();
    actor.take(Bomb).tell().await.unwrap();
    let asked = tokio::spawn(actor.number().owned());
    tokio::task::yield_now().await;
    actor.kill();
    assert_eq!(asked.await.unwrap(), Err(AskError::Stopped));
    assert!(matches!(actor.wait().await, ExitReason::Killed));
}

#[tokio::test]
async fn children_stop_before_their_parent_the_youngest_first() {
    struct Parent(Journal);
    impl Actor for Parent {
        async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
            for name in ["a ", "b ", "c "] {
                ctx.spawn(Scribe::named(name, &self.0));
                // Lets the child start before the next one.
                tokio::task::yield_now().await;
            }
            assert_eq!(ctx.children(), 3);
            Ok(())
        }
        async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
            self.0.note("parent stopped");
        }
    }
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let parent = system.actor({
        let journal = journal.clone();
        move || Parent(journal.clone())
    });
    let parent = parent.start().await.unwrap();
    parent.stop();
    parent.wait().await;
    assert_eq!(
        journal.entries()[3..],
        ["c stopped: shutdown", "b stopped: shutdown", "a stopped: shutdown", "parent stopped"]
    );
}

#[tokio::test]
async fn an_actor_nobody_can_reach_stops_after_its_queue() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let actor = system.spawn(Scribe::named("", &journal));
    let weak = actor.downgrade();
    actor.write(1).tell().await.unwrap();
    let clone = actor.clone();
    drop(actor);
    assert!(weak.upgrade().is_some(), "a clone still reaches it");
    drop(clone);
    while system.running() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(journal.entries(), ["started", "1", "stopped: normal"]);
    assert!(weak.upgrade().is_none());
}

#[test]
fn dropping_the_runtime_neither_hangs_nor_aborts() {
    for threads in [1, 4] {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build().unwrap();
        let (actor, system) = runtime.block_on(async {
            let system = ActorSystem::new();
            let (actor, _) = held(&system, Mailbox::default()).await;
            (actor, system)
        });
        drop(runtime);
        assert!(!actor.is_alive());
        assert!(actor.try_tell(Write { number: 1 }).unwrap_err().is_stopped());
        drop(system);
    }
}
