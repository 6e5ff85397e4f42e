//! Whoever is told of errors may panic itself: the actor they came from goes its way all the same.

use std::fmt;
use std::sync::LazyLock;

use actors::UnheardError;
use actors::prelude::*;
use tracing::Dispatch;
use tracing::field::Field;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context as Around, SubscriberExt};

use crate::support::*;

/// An error that cannot be shown.
#[derive(Debug)]
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no words");
    }
}

impl std::error::Error for Unspeakable {}

/// Fails in several ways.
#[derive(Actor, Default)]
struct Mute;

#[handlers]
impl Mute {
    #[handler]
    fn give_up(&mut self, ctx: &mut Context<Self>) {
        ctx.fail(Unspeakable);
    }

    #[handler]
    fn refuse(&mut self) -> Result<(), Unspeakable> {
        Err(Unspeakable)
    }

    #[handler]
    fn life(&mut self, ctx: &mut Context<Self>) -> u32 {
        ctx.incarnation().as_u32()
    }
}

/// Writes what is logged to nowhere.
struct Reader;

impl<S: tracing::Subscriber> Layer<S> for Reader {
    fn on_event(&self, event: &tracing::Event<'_>, _: Around<'_, S>) {
        event.record(&mut |_: &Field, value: &dyn fmt::Debug| drop(format!("{value:?}")));
    }
}

/// Makes `tracing` ask every subscriber about each place it meets first: while it knows of one only, it asks that of the
/// present thread, which may be another test's.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

/// Has everything that is logged on this thread read.
fn read_the_log() -> DefaultGuard {
    LazyLock::force(&ANOTHER);
    tracing::subscriber::set_default(tracing_subscriber::registry().with(Reader))
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_errors_that_panics_changes_nothing_for_the_actor() {
    let system = ActorSystem::builder().on_error(|_| panic!("in the handler of errors")).build();
    let mut errors = system.errors().subscribe();
    let once = system.spawn(Scribe::default());
    let journal = Journal::default();
    let twice = Scribe::named("", &journal);
    let twice = system.actor(move || twice.clone()).restart(Restart::transient().max(1, seconds(60))).spawn();
    once.explode().tell().await.unwrap();
    twice.explode().tell().await.unwrap();
    assert_eq!(twice.write(1).await, Ok(1), "its next life");
    twice.give_up().tell().await.unwrap();
    for (actor, reason) in [(&once, "panicked: exploded"), (&twice, "failed: gave up")] {
        let ended = actor.wait();
        let reached = tokio::time::timeout(seconds(1), ended).await.map(|reason| reason.to_string());
        assert_eq!(reached.as_deref(), Ok(reason));
        assert_eq!(actor.write(2).await, Err(AskError::Stopped));
    }
    let heard = std::iter::from_fn(|| errors.try_recv()).count();
    assert_eq!(heard, 3, "others who listen are told nevertheless");
    assert_eq!(system.restarts(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_cannot_be_shown_ends_an_actor_like_any_other() {
    let _reading = read_the_log();
    for shown in [false, true] {
        let builder = ActorSystem::builder();
        let show = |error: &UnheardError| drop(error.to_string());
        let system = if shown { builder.on_error(show).build() } else { builder.build() };
        let mute = system.actor(Mute::default).restart(Restart::transient().max(1, seconds(60))).spawn();
        mute.give_up().tell().await.unwrap();
        assert_eq!(mute.life().await, Ok(1));
        mute.give_up().tell().await.unwrap();
        let ended = tokio::time::timeout(seconds(1), mute.wait()).await;
        assert!(matches!(ended, Ok(ExitReason::Failed(_))));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_shown_is_reported_and_does_no_harm() {
    let _reading = read_the_log();
    let system = ActorSystem::new();
    let mut errors = system.errors().subscribe();
    let mute = system.spawn(Mute);
    mute.refuse().tell().await.unwrap();
    assert_eq!(mute.life().await, Ok(0), "the actor goes on");
    let reported = errors.try_recv().unwrap().to_string();
    assert!(reported.contains("no words"), "{reported}");
}
