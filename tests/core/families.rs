//! Children end before their parents, the youngest first, however the parent ends.

use std::sync::Arc;

use actors::prelude::*;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::support::*;

/// Has children of its own kind, as deep as asked for.
#[derive(Clone)]
struct Parent {
    name: String,
    journal: Journal,
    depth: u32,
    stuck: bool,
}

impl Parent {
    fn new(name: &str, depth: u32, journal: &Journal) -> Self {
        Self { name: name.into(), journal: journal.clone(), depth, stuck: false }
    }
}

impl Actor for Parent {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        if self.depth > 0 {
            for child in ["a", "b"] {
                let name = format!("{}{child}", self.name);
                ctx.spawn(Parent::new(&name, self.depth - 1, &self.journal));
                // So that the next one starts after it.
                settle().await;
            }
        }
        self.journal.note(format!("+{}", self.name));
        Ok(())
    }

    async fn stopped(&mut self, _: &mut Context<Self>, reason: &ExitReason) {
        if self.stuck {
            std::future::pending::<()>().await;
        }
        self.journal.note(format!("-{} {reason}", self.name));
    }
}

#[handlers]
impl Parent {
    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }

    #[handler]
    fn count(&mut self, ctx: &mut Context<Self>) -> usize {
        ctx.children()
    }

    #[handler]
    fn grow_stuck(&mut self, ctx: &mut Context<Self>) -> ActorRef<Parent> {
        ctx.spawn(Parent { stuck: true, ..Parent::new("stuck", 0, &self.journal) })
    }

    #[handler]
    fn grow_scribe(&mut self, ctx: &mut Context<Self>) -> ActorRef<Scribe> {
        ctx.spawn(Scribe::named("child ", &self.journal))
    }
}

fn ends(journal: &Journal) -> Vec<String> {
    journal.entries().into_iter().filter(|entry| entry.starts_with('-')).collect()
}

const GRANDCHILDREN: [&str; 6] =
    ["-bb shutdown", "-ba shutdown", "-b shutdown", "-ab shutdown", "-aa shutdown", "-a shutdown"];

#[tokio::test]
async fn a_family_ends_from_the_youngest_leaf_to_the_root() {
    type End = fn(&ActorRef<Parent>);
    let table: [(End, &str); 3] = [
        (|parent| parent.stop(), "- normal"),
        (|parent| parent.stop_now(), "- normal"),
        (|parent| parent.explode().try_tell().unwrap(), "- panicked: exploded"),
    ];
    for (end, last) in table {
        let (system, journal) = (ActorSystem::new(), Journal::default());
        let in_parent = journal.clone();
        let parent = system.actor(move || Parent::new("", 2, &in_parent)).start().await.unwrap();
        assert_eq!(parent.count().await, Ok(2));
        end(&parent);
        parent.wait().await;
        let mut expected = GRANDCHILDREN.to_vec();
        expected.push(last);
        assert_eq!(ends(&journal), expected);
    }
}

#[tokio::test]
async fn a_shutdown_of_the_system_keeps_that_order() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let in_parent = journal.clone();
    let _parent = system.actor(move || Parent::new("", 2, &in_parent)).start().await.unwrap();
    assert!(system.shutdown(seconds(5)).await.is_clean());
    assert_eq!(ends(&journal)[..6], GRANDCHILDREN);
    assert_eq!(ends(&journal)[6..], ["- shutdown"]);
}

#[tokio::test]
async fn the_children_of_the_killed_are_killed() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let in_parent = journal.clone();
    let parent = system.actor(move || Parent::new("", 2, &in_parent)).start().await.unwrap();
    let child = parent.grow_scribe().await.unwrap();
    parent.kill();
    assert!(matches!(parent.wait().await, ExitReason::Killed));
    assert!(!child.is_alive(), "it ended before its parent did");
    assert!(matches!(child.wait().await, ExitReason::Killed));
    settle().await;
    assert_eq!(ends(&journal), [""; 0], "no hook runs");
}

#[tokio::test]
async fn children_finish_what_is_queued_before_their_parent_stops() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let parent = system.spawn(Parent::new("", 0, &journal));
    let child = parent.grow_scribe().await.unwrap();
    for number in 0..3 {
        child.write(number).tell().await.unwrap();
    }
    parent.stop();
    parent.wait().await;
    assert_eq!(
        journal.entries()[1..],
        ["child started", "child 0", "child 1", "child 2", "child stopped: shutdown", "- normal"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_child_that_does_not_end_within_five_seconds_is_killed() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let parent = system.spawn(Parent::new("", 0, &journal));
    let older = parent.grow_scribe().await.unwrap();
    let stuck = parent.grow_stuck().await.unwrap();
    let begin = Instant::now();
    parent.stop();
    parent.wait().await;
    assert_eq!(begin.elapsed(), seconds(5));
    assert!(matches!(stuck.wait().await, ExitReason::Killed));
    assert!(matches!(older.wait().await, ExitReason::Shutdown));
    assert_eq!(ends(&journal), ["- normal"]);
}

#[tokio::test]
async fn a_restarted_parent_has_the_children_of_its_new_life_only() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let in_parent = journal.clone();
    let parent = system
        .actor(move || Parent::new("", 1, &in_parent))
        .restart(Restart::permanent().max(9, seconds(5)))
        .spawn();
    assert_eq!(parent.count().await, Ok(2));
    let extra = parent.grow_scribe().await.unwrap();
    parent.explode().tell().await.unwrap();
    assert_eq!(parent.count().await, Ok(2));
    assert!(!extra.is_alive());
    assert_eq!(ends(&journal), ["-b shutdown", "-a shutdown", "- panicked: exploded"]);
}

#[tokio::test]
async fn the_children_of_a_life_whose_start_fails_end_with_it() {
    struct Failing(Journal, Arc<Notify>);
    impl Actor for Failing {
        async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
            ctx.spawn(Scribe::named("child ", &self.0));
            self.1.notified().await;
            Err(ActorError::msg("not today"))
        }
    }
    let (system, journal, gate) = (ActorSystem::new(), Journal::default(), Arc::new(Notify::new()));
    let actor = system.spawn(Failing(journal.clone(), gate.clone()));
    settle().await;
    gate.notify_one();
    actor.wait().await;
    assert_eq!(journal.entries(), ["child started", "child stopped: shutdown"]);
}

#[tokio::test(start_paused = true)]
async fn a_kill_does_not_wait_for_the_children_that_a_stop_waits_for() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let parent = system.spawn(Parent::new("", 0, &journal));
    let child = parent.grow_scribe().await.unwrap();
    child.hold().tell().await.unwrap();
    let begin = Instant::now();
    parent.stop();
    settle().await;
    assert!(parent.is_alive() && child.is_alive(), "the handler has five seconds");
    parent.kill();
    assert!(matches!(parent.wait().await, ExitReason::Killed));
    assert!(!child.is_alive(), "it ended before its parent did");
    assert!(matches!(child.wait().await, ExitReason::Killed));
    assert_eq!(begin.elapsed(), seconds(0));
    settle().await;
    assert_eq!(journal.entries(), ["+", "child started", "child hold"], "no hook runs");
}
