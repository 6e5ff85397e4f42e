//! The end of a system.

use actors::prelude::*;
use tokio::time::Instant;

use crate::support::*;

#[tokio::test]
async fn actors_finish_what_is_queued_the_youngest_first() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let old = system.spawn(Scribe::named("old ", &journal));
    old.write(0).await.unwrap();
    let young = system.spawn(Scribe::named("young ", &journal));
    old.write(1).tell().await.unwrap();
    young.write(2).tell().await.unwrap();
    let report = system.shutdown(seconds(5)).await;
    assert_eq!((report.stopped(), report.is_clean()), (2, true));
    assert_eq!(journal.entries().last().unwrap(), "old stopped: shutdown");
    for entry in ["old 1", "young 2", "young stopped: shutdown"] {
        assert!(journal.entries().contains(&entry.to_owned()), "{entry}");
    }
    assert!(matches!(old.wait().await, ExitReason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_end_in_time_is_killed_and_named() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let patient = system.spawn(Scribe::named("patient ", &journal));
    patient.write(1).await.unwrap();
    let stuck = system.actor(Scribe::default).name("stuck").start().await.unwrap();
    stuck.hold().tell().await.unwrap();
    let begin = Instant::now();
    let report = system.shutdown(seconds(4)).await;
    assert_eq!(report.killed(), [stuck.path()]);
    assert_eq!(report.stopped(), 1);
    assert!(begin.elapsed() <= seconds(5), "{:?}", begin.elapsed());
    assert_eq!(
        journal.entries().last().unwrap(),
        "patient stopped: shutdown",
        "the stuck one costs nobody the hook"
    );
    assert!(matches!(stuck.wait().await, ExitReason::Killed));
}

#[tokio::test(start_paused = true)]
async fn all_that_still_runs_below_what_is_killed_is_named_too() {
    #[derive(Actor)]
    struct Parent(u8);

    #[handlers]
    impl Parent {
        /// Starts one below the other, and the last one waits for ever.
        #[handler]
        async fn bear(&mut self, ctx: &mut Context<Self>) {
            if self.0 == 0 {
                return std::future::pending().await;
            }
            ctx.spawn(Parent(self.0 - 1)).bear().tell().await.unwrap();
        }
    }

    let system = ActorSystem::new();
    let parent = system.actor(|| Parent(2)).name("parent").start().await.unwrap();
    parent.bear().tell().await.unwrap();
    let _other = system.spawn(Scribe::default());
    let report = system.shutdown(seconds(4)).await;
    let killed: Vec<String> = report.killed().iter().map(ToString::to_string).collect();
    let [first, second, third] = &killed[..] else { panic!("{killed:?}") };
    assert_eq!(first, "/parent");
    assert!(
        second.starts_with("/parent/Parent#") && third.starts_with(&format!("{second}/Parent#")),
        "{killed:?}"
    );
    assert!(report.to_string().ends_with(&format!("3 killed {}", killed.join(" "))), "{report}");
}

#[tokio::test]
async fn a_second_shutdown_waits_for_the_first_and_nothing_starts_afterwards() {
    let system = ActorSystem::new();
    let _scribe = system.spawn(Scribe::default());
    let waiting = tokio::spawn({
        let system = system.clone();
        async move { system.terminated().await }
    });
    let (first, second) = tokio::join!(system.shutdown(seconds(5)), system.shutdown(seconds(5)));
    assert_eq!(first.to_string(), second.to_string());
    waiting.await.unwrap();
    assert!(system.is_shutting_down());
    let late = system.spawn(Scribe::default());
    assert!(matches!(late.wait().await, ExitReason::Shutdown));
    let error = system.actor(Scribe::default).start().await.unwrap_err();
    assert!(matches!(error, actors::StartError::ShuttingDown));
}

#[tokio::test]
async fn permanent_actors_are_not_restarted() {
    let system = ActorSystem::new();
    let actor = system.actor(Scribe::default).restart(Restart::permanent().max(100, seconds(1))).spawn();
    actor.write(1).await.unwrap();
    assert!(system.shutdown(seconds(5)).await.is_clean());
    assert!(!actor.is_alive());
    assert_eq!(system.restarts(), 0);
}
