//! Spans of lives and of messages, seen by a subscriber.

use std::sync::{Arc, LazyLock, Mutex};

use actors::prelude::*;
use actors::{DeadLetterReason, Mailbox};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context as Around, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::support::*;

/// One span that was made.
#[derive(Clone, Debug, PartialEq)]
struct Made {
    id: u64,
    /// Its name and fields.
    text: String,
    parent: Option<u64>,
    follows: Vec<u64>,
}

/// What was logged, and in which span.
type Line = (String, Option<u64>);

/// Keeps the framework's spans, and in which span each line of this test was logged.
#[derive(Clone)]
struct Recorder {
    most: Level,
    spans: Arc<Mutex<Vec<Made>>>,
    lines: Arc<Mutex<Vec<Line>>>,
}

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0 += &format!(" {field}={value:?}");
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>, _: Around<'_, S>) -> bool {
        let is_ours =
            ["actors", "actors_core", "spans"].contains(&metadata.target().split(':').next().unwrap());
        *metadata.level() <= self.most && is_ours
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, around: Around<'_, S>) {
        let mut text = Text(attributes.metadata().name().to_owned());
        attributes.record(&mut text);
        let parent = around.span(id).and_then(|span| span.parent()).map(|parent| parent.id().into_u64());
        let made = Made { id: id.into_u64(), text: text.0, parent, follows: Vec::new() };
        self.spans.lock().unwrap().push(made);
    }

    fn on_follows_from(&self, span: &Id, follows: &Id, _: Around<'_, S>) {
        let mut spans = self.spans.lock().unwrap();
        let made = spans.iter_mut().rfind(|made| made.id == span.into_u64()).unwrap();
        made.follows.push(follows.into_u64());
    }

    fn on_event(&self, event: &Event<'_>, around: Around<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        let within = around.lookup_current().map(|span| span.id().into_u64());
        self.lines.lock().unwrap().push((text.0, within));
    }
}

/// Makes `tracing` ask every subscriber about each place it meets first: while it knows of one only, it asks that of the
/// present thread, which may be another test's.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

/// Records what happens on this thread.
fn record(most: Level) -> (Recorder, DefaultGuard) {
    LazyLock::force(&ANOTHER);
    let recorder = Recorder { most, spans: Arc::default(), lines: Arc::default() };
    let subscriber = tracing_subscriber::registry().with(recorder.clone());
    (recorder, tracing::subscriber::set_default(subscriber))
}

impl Recorder {
    fn spans(&self) -> Vec<Made> {
        self.spans.lock().unwrap().clone()
    }

    fn span(&self, text: &str) -> Made {
        let spans = self.spans();
        let found = spans.iter().rfind(|made| made.text == text);
        found.cloned().unwrap_or_else(|| panic!("no {text} in {spans:#?}"))
    }

    /// How many lines were logged that contain this.
    fn count(&self, text: &str) -> usize {
        self.lines.lock().unwrap().iter().filter(|(line, _)| line.contains(text)).count()
    }

    /// The span in which a line was logged.
    fn place_of(&self, line: &str) -> Option<u64> {
        let lines = self.lines.lock().unwrap();
        let found = lines.iter().find(|(text, _)| text.contains(line));
        found.unwrap_or_else(|| panic!("no {line} in {lines:#?}")).1
    }
}

/// Logs in each of its hooks and handlers; passes numbers on.
struct Link {
    next: Option<ActorRef<Link>>,
}

impl Actor for Link {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        tracing::info!(target: "spans", "started");
        Ok(())
    }
}

#[handlers]
impl Link {
    #[handler]
    async fn pass(&mut self, number: u64, large: [u64; 8]) -> u64 {
        tokio::task::yield_now().await;
        tracing::info!(target: "spans", "{} has {number}", if self.next.is_some() { "first" } else { "last" });
        match &self.next {
            Some(next) if number == 0 => next.pass(number, large).tell().await.map_or(0, |()| 1),
            Some(next) => next.pass(number, large).await.unwrap_or(0),
            None => number,
        }
    }

    #[handler]
    fn later(&mut self, ctx: &mut Context<Self>) {
        ctx.after(seconds(1), Tick);
    }

    #[handler]
    fn in_all_ways(&mut self, ctx: &mut Context<Self>) {
        ctx.continue_with(Tick);
        ctx.pipe(tokio::time::sleep(seconds(1)), |()| Tick);
        drop(ctx.myself().ask(Tick).tell_after(seconds(2)));
        ctx.after(seconds(3), Tick);
    }

    #[handler]
    fn crash(&mut self) {
        panic!("crashed");
    }
}

#[derive(Message)]
struct Tick;

impl Handler<Tick> for Link {
    async fn handle(&mut self, _: Tick, _: &mut Context<Self>) {
        tracing::info!(target: "spans", "tick");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_handled_in_a_span_that_follows_from_its_senders() {
    let (recorder, _guard) = record(Level::DEBUG);
    let system = ActorSystem::new();
    let last = system.spawn(Link { next: None });
    let first = system.spawn(Link { next: Some(last.clone()) });
    let span_of =
        |actor: &ActorRef<Link>| recorder.span(&format!("actor path={} incarnation=0", actor.path()));

    assert_eq!(first.pass(7, [0; 8]).await, Ok(7));
    let (first_life, last_life) = (span_of(&first), span_of(&last));
    assert_eq!((first_life.parent, last_life.parent), (None, None));
    let handled: Vec<_> =
        recorder.spans().into_iter().filter(|made| made.text.starts_with("handle")).collect();
    let [at_first, at_last] = &handled[..] else { panic!("{handled:#?}") };
    assert_eq!((&*at_first.text, at_first.parent), ("handle message=\"Pass\"", Some(first_life.id)));
    assert_eq!((at_first.follows.len(), at_last.parent), (0, Some(last_life.id)), "a test has no span");
    assert_eq!(at_last.follows, [at_first.id]);
    assert_eq!(recorder.place_of("first has 7"), Some(at_first.id), "also after it has waited");
    assert_eq!(recorder.place_of("last has 7"), Some(at_last.id));
    assert!([first_life.id, last_life.id].contains(&recorder.place_of("started").unwrap()));
}

#[tokio::test(start_paused = true)]
async fn what_an_actor_sends_itself_follows_from_the_handler_too() {
    let (recorder, _guard) = record(Level::DEBUG);
    let system = ActorSystem::new();
    let link = system.spawn(Link { next: None });
    link.in_all_ways().await.unwrap();
    tokio::time::sleep(seconds(4)).await;
    let handler = recorder.span("handle message=\"InAllWays\"");
    let ticks: Vec<_> = recorder.spans().into_iter().filter(|made| made.text.contains("Tick")).collect();
    assert_eq!(ticks.len(), 4, "{ticks:#?}");
    for tick in ticks {
        assert_eq!(tick.follows, [handler.id]);
        assert_ne!(tick.parent, Some(handler.id));
    }
}

#[tokio::test(start_paused = true)]
async fn told_messages_and_ticks_have_spans_and_refused_ones_come_back() {
    let (recorder, _guard) = record(Level::DEBUG);
    let system = ActorSystem::new();
    let last = system.spawn(Link { next: None });
    let first = system.spawn(Link { next: Some(last.clone()) });
    assert_eq!(first.pass(0, [0; 8]).await, Ok(1));
    settle().await;
    let handled: Vec<_> = recorder.spans().into_iter().filter(|made| made.text.contains("Pass")).collect();
    assert_eq!(handled[1].follows, [handled[0].id]);
    last.later().await.unwrap();
    tokio::time::sleep(seconds(2)).await;
    let tick = recorder.span("handle message=\"Tick\"");
    assert_eq!(recorder.place_of("tick"), Some(tick.id));

    last.stop();
    last.wait().await;
    let error = last.pass(9, [9; 8]).tell().await.unwrap_err();
    assert_eq!(error.into_message().large, [9; 8]);
}

#[tokio::test]
async fn each_life_has_a_span_of_its_own_and_no_more_than_was_asked_for() {
    let (recorder, _guard) = record(Level::INFO);
    let system = ActorSystem::new();
    let actor = system.actor(|| Link { next: None }).restart(Restart::permanent().max(3, seconds(3))).spawn();
    actor.crash().tell().await.unwrap();
    actor.pass(1, [0; 8]).await.unwrap();
    let second = recorder.span(&format!("actor path={} incarnation=1", actor.path()));
    assert_eq!(recorder.place_of("last has 1"), Some(second.id));
    let texts: Vec<_> = recorder.spans().into_iter().map(|made| made.text).collect();
    assert_eq!(texts.len(), 2, "nobody asked for messages: {texts:?}");
}

#[tokio::test]
async fn dead_letters_are_logged_but_do_not_flood_the_log() {
    let (recorder, _guard) = record(Level::INFO);
    let system = ActorSystem::new();
    let link = system.actor(|| Link { next: None }).mailbox(Mailbox::unbounded()).spawn();
    link.suspend();
    (0..20_000).for_each(|_| link.try_tell(Tick).unwrap());
    link.kill();
    link.wait().await;
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 20_000);
    let lines = recorder.count("dead letter");
    // Ten a second, however long that takes here.
    assert!((10..10_000).contains(&lines), "{lines}");
    let first = format!("to={} message_type=\"Tick\" reason=\"stopped\" silenced=0", link.path());
    assert!((1..=10).contains(&recorder.count(&first)), "{first}");
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_with_a_span_expires_and_is_buried_as_without() {
    let (_recorder, _guard) = record(Level::DEBUG);
    let system = ActorSystem::new();
    let mut letters = system.dead_letters().subscribe();
    let link = system.spawn(Link { next: None });
    link.suspend();
    let large = [7; 8];
    let expired = link.pass(1, large).timeout(seconds(1));
    assert_eq!(expired.await, Err(AskError::Timeout(seconds(1))));
    link.resume();
    settle().await;
    let letter = letters.try_recv().unwrap();
    assert_eq!((letter.reason(), letter.message_type()), (DeadLetterReason::Expired, "Pass"));
    assert_eq!(letter.take::<Pass>().unwrap().large, large);

    link.suspend();
    link.pass(2, large).tell().await.unwrap();
    link.tell(Tick).await.unwrap();
    link.stop_now();
    link.wait().await;
    assert_eq!(letters.try_recv().unwrap().take::<Pass>().unwrap().number, 2);
    assert!(letters.try_recv().unwrap().take::<Tick>().is_some());
    let counts = system.dead_letter_counts();
    assert_eq!(
        (counts.of(DeadLetterReason::Expired), counts.of(DeadLetterReason::Stopped), counts.total()),
        (1, 2, 3)
    );
}
