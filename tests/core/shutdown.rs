//! The end of a system.

use std::future::pending;
use std::time::Duration;

use actors::ShutdownPhase;
use actors::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, timeout};

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

#[tokio::test(start_paused = true)]
async fn what_somebody_else_kills_meanwhile_is_named_too() {
    let system = ActorSystem::new();
    let (busy, _scribe) = held(&system, Mailbox::default()).await;
    let young = system.spawn(Scribe::default());
    let mut shutdown = Box::pin(system.shutdown(seconds(4)));
    assert!(poll_once(&mut shutdown).await.is_none());
    young.wait().await;
    busy.kill();
    let report = shutdown.await;
    assert_eq!((report.stopped(), report.killed()), (1, &[busy.path()][..]), "{report}");
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

#[tokio::test(start_paused = true)]
async fn the_longest_deadline_is_one() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let drain = journal.clone();
    system.on_shutdown(ShutdownPhase::Drain, || async move { drain.note("drain") });
    let _scribe = system.spawn(Scribe::named("", &journal));
    let report = timeout(seconds(60), system.shutdown(Duration::MAX)).await.expect("an end");
    assert_eq!((report.stopped(), report.is_clean()), (1, true));
    assert_eq!(journal.entries(), ["started", "drain", "stopped: shutdown"]);
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_costs_neither_the_other_hooks_nor_the_actors_theirs() {
    use ShutdownPhase::{Bus, Drain, Intake, Nodes};
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let _scribe = system.spawn(Scribe::named("", &journal));
    for phase in [Intake, Drain, Bus, Nodes] {
        system.on_shutdown::<std::future::Ready<()>>(phase, || panic!("in the call"));
        system.on_shutdown(phase, || async { panic!("in the future") });
        system.on_shutdown(phase, || async {
            let _bomb = Bomb;
        });
        let journal = journal.clone();
        system.on_shutdown(phase, move || async move { journal.note(format!("{phase:?}")) });
    }
    // Dropped at the deadline.
    system.on_shutdown(Nodes, || async {
        let _bomb = Bomb;
        pending().await
    });
    let report = timeout(seconds(60), system.shutdown(seconds(4))).await.expect("an end");
    assert_eq!((report.stopped(), report.is_clean()), (1, true));
    assert_eq!(journal.entries(), ["started", "Intake", "Drain", "stopped: shutdown", "Bus", "Nodes"]);
}

#[tokio::test(start_paused = true)]
async fn hooks_that_hang_leave_the_actors_half_of_the_time() {
    for stuck in [ShutdownPhase::Intake, ShutdownPhase::Drain] {
        let (system, journal) = (ActorSystem::new(), Journal::default());
        system.on_shutdown(stuck, pending);
        let drain = journal.clone();
        if stuck == ShutdownPhase::Intake {
            system.on_shutdown(ShutdownPhase::Drain, || async move {
                tokio::time::sleep(seconds(1)).await;
                drain.note("drain");
            });
        }
        let scribe = system.spawn(Scribe::named("", &journal));
        let working = scribe.clone();
        scribe.write(0).await.unwrap();
        let report = system.shutdown(seconds(8)).await;
        assert!(report.is_clean(), "{stuck:?}: {report}");
        assert!(matches!(working.wait().await, ExitReason::Shutdown));
        assert_eq!(journal.entries().last().unwrap(), "stopped: shutdown");
        assert_eq!(journal.entries().contains(&"drain".to_owned()), stuck == ShutdownPhase::Intake);
    }
}

/// What a future gives on a runtime of its own. A minute is for what would never end.
fn elsewhere<T>(future: impl Future<Output = T>) -> T {
    Runtime::new().unwrap().block_on(async { timeout(seconds(60), future).await.expect("an end") })
}

/// A runtime of each kind, and a system on it.
fn runtimes() -> impl Iterator<Item = (Runtime, ActorSystem)> {
    [Builder::new_multi_thread(), Builder::new_current_thread()].into_iter().map(|mut builder| {
        let runtime = builder.enable_all().build().unwrap();
        let system = ActorSystem::builder().runtime(runtime.handle().clone()).build();
        (runtime, system)
    })
}

#[test]
fn a_shutdown_after_the_runtime_has_gone_is_over_at_once() {
    for (runtime, system) in runtimes() {
        let scribe = system.spawn(Scribe::default());
        runtime.block_on(async { scribe.write(0).await.unwrap() });
        drop(runtime);
        assert_eq!(elsewhere(system.shutdown(seconds(3600))).stopped(), 0);
        elsewhere(system.terminated());
        assert!(system.is_shutting_down());
        assert!(!scribe.is_alive());
    }
}

#[test]
fn a_runtime_that_goes_during_a_shutdown_ends_it_and_what_had_not_ended_is_named() {
    for (runtime, system) in runtimes() {
        let (busy, _scribe) = runtime.block_on(held(&system, Mailbox::default()));
        let young = system.spawn(Scribe::default());
        runtime.block_on(async {
            let mut shutdown = Box::pin(system.shutdown(seconds(3600)));
            assert!(poll_once(&mut shutdown).await.is_none());
            // The youngest ends first: the shutdown has come to the actors.
            young.wait().await;
        });
        drop(runtime);
        elsewhere(system.terminated());
        let report = elsewhere(system.shutdown(seconds(3600)));
        assert_eq!((report.stopped(), report.killed()), (1, &[busy.path()][..]), "{report}");
        assert!(!busy.is_alive());
    }
}
