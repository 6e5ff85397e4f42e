//! What the recorder of the `metrics` facade is told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use actors::prelude::*;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use crate::support::*;

/// Keeps what it is told, by `name{label="value"}`.
#[derive(Default)]
struct Notes {
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    described: Mutex<Vec<String>>,
}

fn series(key: &Key) -> String {
    let labels: Vec<String> =
        key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
    format!("{}{{{}}}", key.name(), labels.join(","))
}

impl Recorder for Notes {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described.lock().unwrap().push(name.as_str().to_owned());
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described.lock().unwrap().push(name.as_str().to_owned());
    }

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.counters.lock().unwrap().entry(series(key)).or_default().clone())
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.gauges.lock().unwrap().entry(series(key)).or_default().clone())
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

impl Notes {
    fn counter(&self, series: &str) -> u64 {
        self.counters.lock().unwrap().get(series).map_or(0, |value| value.load(Ordering::Relaxed))
    }

    fn gauge(&self, series: &str) -> f64 {
        let gauges = self.gauges.lock().unwrap();
        gauges.get(series).map_or(0.0, |value| f64::from_bits(value.load(Ordering::Relaxed)))
    }
}

#[tokio::test(start_paused = true)]
async fn counters_and_gauges_follow_what_actors_do() {
    let notes = Notes::default();
    let _guard = metrics::set_default_local_recorder(&notes);
    let system = ActorSystem::new();
    let worker = Worker::default();
    let actor = system.actor({
        let worker = worker.clone();
        move || worker.clone()
    });
    let actor = actor.mailbox(Mailbox::bounded(10)).restart(Restart::transient()).spawn();
    actor.note(1).await.unwrap();
    actor.hold().tell().await.unwrap();
    settle().await;
    for number in 0..9 {
        actor.note(number).tell().await.unwrap();
    }
    system.record_metrics();
    assert_eq!(notes.counter("actors_started_total{actor=Worker}"), 1);
    assert_eq!(notes.counter("actors_messages_handled_total{actor=Worker}"), 1);
    assert_eq!(notes.gauge("actors_running{actor=Worker}"), 1.0);
    assert_eq!(notes.gauge("actors_handling{actor=Worker}"), 1.0);
    assert_eq!(notes.gauge("actors_messages_queued{actor=Worker}"), 9.0);
    assert_eq!(notes.gauge("actors_mailboxes_crowded{actor=Worker}"), 1.0);

    worker.gate.notify_one();
    settle().await;
    actor.stop();
    actor.wait().await;
    let _ = actor.note(7).try_tell();
    let _other = system.spawn(Worker::default());
    settle().await;
    system.record_metrics();
    system.record_metrics();
    assert_eq!(notes.counter("actors_started_total{actor=Worker}"), 2);
    assert_eq!(notes.counter("actors_messages_handled_total{actor=Worker}"), 11, "the ended one counts on");
    assert_eq!(notes.gauge("actors_running{actor=Worker}"), 1.0);
    for gauge in ["actors_handling", "actors_messages_queued", "actors_mailboxes_crowded"] {
        assert_eq!(notes.gauge(&format!("{gauge}{{actor=Worker}}")), 0.0, "{gauge}");
    }
    let mut described = notes.described.lock().unwrap().clone();
    described.sort_unstable();
    let names = system_metrics();
    assert_eq!(described, names);
    let told: Vec<String> = [&notes.counters, &notes.gauges]
        .iter()
        .flat_map(|series| series.lock().unwrap().keys().cloned().collect::<Vec<_>>())
        .map(|series| series.split('{').next().unwrap().to_owned())
        .collect();
    assert!(told.iter().all(|name| names.contains(name)), "{told:?}");
}

/// The names in the documentation.
fn system_metrics() -> Vec<String> {
    let source = include_str!("../../actors-core/src/system/metrics/mod.rs");
    let rows = source.lines().filter_map(|line| line.trim().strip_prefix("/// | `"));
    let mut names: Vec<String> = rows.map(|row| row.split('`').next().unwrap().to_owned()).collect();
    names.sort_unstable();
    assert_eq!(names.len(), 8);
    names
}

#[tokio::test(start_paused = true)]
async fn restarts_and_dead_letters_are_counted() {
    #[derive(Actor, Default)]
    struct Fragile;

    #[handlers]
    impl Fragile {
        #[handler]
        fn fail(&mut self) {
            panic!("it broke");
        }
    }

    let notes = Notes::default();
    let _guard = metrics::set_default_local_recorder(&notes);
    let system = ActorSystem::new();
    let fragile = system.actor(Fragile::default).restart(Restart::permanent().max(9, seconds(5))).spawn();
    for _ in 0..3 {
        let _ = fragile.fail().await;
    }
    settle().await;
    system.record_metrics();
    assert_eq!(notes.counter("actors_restarts_total{actor=Fragile}"), 3);
    assert_eq!(notes.counter("actors_messages_handled_total{actor=Fragile}"), 0);
    let held = system.spawn(Worker::default());
    held.hold().tell().await.unwrap();
    held.note(1).tell().await.unwrap();
    held.note(2).tell().await.unwrap();
    settle().await;
    held.kill();
    held.wait().await;
    system.record_metrics();
    assert_eq!(notes.counter("actors_dead_letters_total{reason=stopped}"), 2);
}

#[tokio::test(start_paused = true)]
async fn systems_add_up_and_leave_no_gauge_behind() {
    let notes = Notes::default();
    let _guard = metrics::set_default_local_recorder(&notes);
    let systems = [ActorSystem::new(), ActorSystem::new()];
    let actors = systems.each_ref().map(|system| system.spawn(Worker::default()));
    systems.iter().for_each(|system| system.record_metrics_every(seconds(10)));
    tokio::time::sleep(seconds(25)).await;
    let running = || notes.gauge("actors_running{actor=Worker}");
    assert_eq!((running(), notes.counter("actors_started_total{actor=Worker}")), (2.0, 2));
    let [first, second] = systems;
    drop(actors);
    first.shutdown(seconds(5)).await;
    assert_eq!(running(), 1.0, "the last sample is taken when the system has ended");
    drop((first, second));
    tokio::time::sleep(seconds(20)).await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0, "nothing is kept alive");
    assert_eq!(running(), 0.0);
}

/// Nobody comes while they go, so that each who is counted twice shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_counted_twice_who_goes_while_a_sample_is_taken() {
    /// More than are looked at in one portion.
    const CROWD: usize = 10_000;
    let (notes, system) = (Arc::new(Notes::default()), ActorSystem::new());
    let crowd: Vec<_> = (0..CROWD).map(|_| system.spawn(Worker::default())).collect();
    for actor in &crowd {
        actor.note(1).await.unwrap();
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let sampler = std::thread::spawn({
        let (notes, system, is_over) = (notes.clone(), system.clone(), is_over.clone());
        move || {
            metrics::with_local_recorder(&*notes, || {
                while !is_over.load(Ordering::Relaxed) {
                    system.record_metrics();
                }
                system.record_metrics();
            });
        }
    });
    for number in 0..CROWD {
        // From all over the crowd; the factor and its size have nothing in common.
        let goes = &crowd[number * 7_919 % CROWD];
        goes.stop();
        goes.wait().await;
    }
    is_over.store(true, Ordering::Relaxed);
    sampler.join().unwrap();
    assert_eq!(notes.counter("actors_started_total{actor=Worker}"), CROWD as u64);
    assert_eq!(notes.counter("actors_messages_handled_total{actor=Worker}"), CROWD as u64);
    assert_eq!(notes.gauge("actors_running{actor=Worker}"), 0.0);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_start_is_not_counted() {
    let notes = Notes::default();
    let _guard = metrics::set_default_local_recorder(&notes);
    let system = ActorSystem::new();
    let first = system.actor(Worker::default).name("one").start().await.unwrap();
    for _ in 0..3 {
        system.actor(Worker::default).name("one").start().await.unwrap_err();
    }
    system.record_metrics();
    assert_eq!(notes.counter("actors_started_total{actor=Worker}"), 1);
    assert_eq!(notes.gauge("actors_running{actor=Worker}"), 1.0);
    first.stop();
    first.wait().await;
    system.record_metrics();
    assert_eq!(notes.counter("actors_started_total{actor=Worker}"), 1);
}
