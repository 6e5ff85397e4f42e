//! What the end of a test notices.

use std::panic::{AssertUnwindSafe, catch_unwind};

use actors::prelude::*;
use actors::testkit::{Probe, TestSystem};

use crate::support::*;

fn echo(system: &TestSystem) -> ActorRef<Echo> {
    let probe = Probe::<Done>::new(system);
    system.spawn(Echo { to: probe.recipient() })
}

#[tokio::test(start_paused = true)]
async fn what_was_stopped_or_let_go_is_no_leak() {
    let system = TestSystem::new();
    let (stopped, killed) = (echo(&system), echo(&system));
    stopped.repeat(1).tell().await.unwrap();
    stopped.stop();
    killed.kill();
    drop(echo(&system));
    system.finish().await;
    assert!(!stopped.is_alive());
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_still_runs_is_named() {
    let system = TestSystem::new();
    let (leaked, line) = (echo(&system), line!());
    let path = leaked.path();
    let text = panic_of(async move { system.finish().await }).await;
    assert!(text.starts_with(&format!("the test at {}:{}:", file!(), line + 2)), "{text}");
    assert!(text.contains(&format!("{path} still runs; stop it")), "{text}");
    assert!(!leaked.is_alive(), "the end of the test ends it");
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_nobody_refers_to_and_that_hangs_is_named() {
    let system = TestSystem::new();
    let hanging = echo(&system);
    let path = hanging.path();
    hanging.hang().tell().await.unwrap();
    drop(hanging);
    let text = panic_of(async move { system.finish().await }).await;
    assert!(text.contains(&format!("{path} still runs")), "{text}");
}

struct Parent {
    child: Option<ActorRef<Echo>>,
    to: Recipient<Done>,
}

impl Actor for Parent {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        self.child = Some(ctx.spawn(Echo { to: self.to.clone() }));
        Ok(())
    }
}

#[handlers]
impl Parent {
    #[handler]
    pub(crate) fn child(&mut self) -> ActorRef<Echo> {
        self.child.clone().expect("started")
    }
}

#[tokio::test(start_paused = true)]
async fn an_owned_actor_is_its_owners_business() {
    let system = TestSystem::new();
    let probe = Probe::<Done>::new(&system);
    let parent = system.spawn(Parent { child: None, to: probe.recipient() });
    let child = parent.child().await.unwrap();
    drop(parent);
    system.finish().await;
    assert!(!child.is_alive());
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_stops_everything() {
    let system = TestSystem::new();
    let kept = echo(&system);
    system.shutdown(seconds(1)).await;
    system.finish().await;
    assert!(!kept.is_alive());
}

#[tokio::test(start_paused = true)]
async fn dead_letters_fail_a_test_unless_it_wants_them() {
    for (wanted, fails) in [(None, true), (Some(1), true), (Some(2), false), (Some(3), true)] {
        let system = TestSystem::new();
        if let Some(count) = wanted {
            system.expect_dead_letters(count);
        }
        lose_two_messages(&system).await;
        if fails {
            let text = panic_of(async move { system.finish().await }).await;
            let expected = wanted.unwrap_or(0);
            assert!(text.contains(&format!("{expected} dead letters were expected, and 2 came")), "{text}");
            assert_eq!(text.matches("dead letter (stopped): a `Repeat` to /Echo#").count(), 2, "{text}");
        } else {
            system.finish().await;
        }
    }
    let system = TestSystem::new();
    system.allow_dead_letters();
    lose_two_messages(&system).await;
    system.finish().await;
}

async fn lose_two_messages(system: &TestSystem) {
    let echo = echo(system);
    echo.stop();
    echo.repeat(1).try_tell().unwrap();
    echo.repeat(2).try_tell().unwrap();
}

/// Keeps whom it holds alive for as long as it lies somewhere.
#[derive(Message)]
struct Holding {
    _held: ActorRef<Echo>,
}

impl Handler<Holding> for Echo {
    async fn handle(&mut self, _: Holding, _: &mut Context<Self>) {}
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_keeps_nobody_alive() {
    let system = TestSystem::new();
    system.expect_dead_letters(1);
    let (stopped, held) = (echo(&system), echo(&system));
    stopped.stop();
    stopped.try_tell(Holding { _held: held }).unwrap();
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_system_of_ones_own_can_be_tested() {
    let small = ActorSystem::builder().default_mailbox(Mailbox::bounded(1).on_full(OnFull::Reject)).build();
    let system = TestSystem::from(small);
    let echo = echo(&system);
    echo.repeat(1).try_tell().unwrap();
    assert!(echo.repeat(2).try_tell().is_err());
    echo.stop();
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn forgetting_to_finish_fails() {
    let (system, line) = (TestSystem::new(), line!());
    let panic = catch_unwind(AssertUnwindSafe(|| drop(system))).unwrap_err();
    let text = text_of(panic);
    assert!(text.contains(&format!("made at {}:{line}:", file!())), "{text}");
    // Nor is it enough to call it.
    let system = TestSystem::new();
    let panic = catch_unwind(AssertUnwindSafe(|| drop(system.finish()))).unwrap_err();
    assert!(text_of(panic).contains("dropped before its `finish().await` came to its end"));
}

#[tokio::test(start_paused = true)]
async fn a_failed_test_shows_its_own_failure() {
    let text = panic_of(async {
        let _system = TestSystem::new();
        panic!("the real one");
    })
    .await;
    assert_eq!(text, "the real one");
}

#[tokio::test(start_paused = true)]
async fn a_test_that_returns_an_error_is_told_what_happened_and_how_to_see_it() {
    async fn test() -> actors::Result<()> {
        let system = TestSystem::new();
        lose_two_messages(&system).await;
        tokio::task::yield_now().await;
        Err(ActorError::msg("hidden"))
    }
    let text = panic_of(test()).await;
    assert!(text.contains("dropped before its `finish().await`"), "{text}");
    assert!(text.contains("`unwrap` in place of `?` shows it"), "{text}");
    assert_eq!(text.matches("dead letter (stopped): a `Repeat` to /Echo#").count(), 2, "{text}");
}

#[tokio::test]
async fn tests_end_in_real_time_too() {
    let system = TestSystem::new();
    let echo = echo(&system);
    echo.repeat(1).await.unwrap();
    echo.stop();
    system.finish().await;
}
