//! What a system tells the `metrics` facade.
//!
//! Nothing is recorded while actors work: a sample reads the counts that they keep anyway, so that recording costs what samples
//! cost, about a hundred nanoseconds for each actor, however many messages there are.

mod census;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, gauge};
use tokio::time::MissedTickBehavior;

pub(super) use census::Census;

use super::shutdown::ShutdownPhase;
use super::{ActorSystem, WeakSystem};

/// What was recorded so far: the facade takes differences, so that several systems of one process add up.
struct Recorded {
    counters: HashMap<Series, u64>,
    gauges: HashMap<Series, u64>,
}

/// A name, and the type of actor or the reason that it is of.
type Series = (&'static str, &'static str);

const STARTED: &str = "actors_started_total";
const RUNNING: &str = "actors_running";
const HANDLING: &str = "actors_handling";
const RESTARTS: &str = "actors_restarts_total";
const HANDLED: &str = "actors_messages_handled_total";
const QUEUED: &str = "actors_messages_queued";
const CROWDED: &str = "actors_mailboxes_crowded";
const DEAD_LETTERS: &str = "actors_dead_letters_total";

impl ActorSystem {
    /// Tells the [`metrics`](https://docs.rs/metrics) recorder how the system stands. It is for programs that are asked for
    /// their metrics, just before they answer; others [have it done](Self::record_metrics_every).
    ///
    /// | name | kind | by | what |
    /// |---|---|---|---|
    /// | `actors_started_total` | counter | `actor` | actors that were started |
    /// | `actors_running` | gauge | `actor` | actors that have not ended |
    /// | `actors_handling` | gauge | `actor` | actors with a message at work |
    /// | `actors_restarts_total` | counter | `actor` | lives that were followed by another one |
    /// | `actors_messages_handled_total` | counter | `actor` | messages whose handlers have returned |
    /// | `actors_messages_queued` | gauge | `actor` | messages that wait in mailboxes |
    /// | `actors_mailboxes_crowded` | gauge | `actor` | mailboxes above 80 % of their bound |
    /// | `actors_dead_letters_total` | counter | `reason` | messages that could not be delivered |
    ///
    /// The label `actor` is the actor's type without its module path. Gauges go back to zero when the system has ended;
    /// systems of one process add up.
    ///
    /// A sample looks at every actor, which takes about a tenth of a microsecond each. Actors do nothing for it.
    pub fn record_metrics(&self) {
        let recorded = self.extension(|| {
            describe();
            Mutex::new(Recorded { counters: HashMap::new(), gauges: HashMap::new() })
        });
        let mut recorded = recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let mut census = Census::default();
        self.0.directory.count(&mut census);
        for (kind, count) in census.by_type() {
            recorded.count((STARTED, kind), "actor", count.started);
            recorded.count((RESTARTS, kind), "actor", count.restarts);
            recorded.count((HANDLED, kind), "actor", count.handled);
            recorded.gauge((RUNNING, kind), count.running);
            recorded.gauge((HANDLING, kind), count.handling);
            recorded.gauge((QUEUED, kind), count.queued);
            recorded.gauge((CROWDED, kind), count.crowded);
        }
        for (reason, count) in self.dead_letter_counts().iter() {
            recorded.count((DEAD_LETTERS, reason.as_str()), "reason", count);
        }
    }

    /// [Records](Self::record_metrics) now, from now on at this interval, and a last time when the system has ended.
    /// It keeps neither the system nor the runtime alive.
    ///
    /// # Panics
    ///
    /// If the interval is zero.
    pub fn record_metrics_every(&self, interval: Duration) {
        assert!(!interval.is_zero(), "metrics cannot be recorded all the time: the interval is zero");
        let system = self.downgrade();
        let last = system.clone();
        self.on_shutdown(ShutdownPhase::Nodes, move || async move {
            record(&last);
        });
        self.runtime().spawn(async move {
            let mut ticks = tokio::time::interval(interval);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                if !record(&system) {
                    return;
                }
            }
        });
    }
}

/// Takes a sample of a system that is still there.
fn record(system: &WeakSystem) -> bool {
    let system = system.upgrade();
    system.inspect(ActorSystem::record_metrics).is_some()
}

impl Recorded {
    fn count(&mut self, series: Series, label: &'static str, now: u64) {
        let before = self.counters.entry(series).or_default();
        // It can look like less for a moment: in the middle of a turn, what was no message is taken off first.
        if now > *before {
            counter!(series.0, label => series.1).increment(now - *before);
            *before = now;
        }
    }

    fn gauge(&mut self, series: Series, now: u64) {
        match self.gauges.insert(series, now) {
            Some(before) if before == now => {}
            before => {
                gauge!(series.0, "actor" => series.1).increment(now as f64 - before.unwrap_or(0) as f64)
            }
        }
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        for series in self.gauges.keys().copied().collect::<Vec<_>>() {
            self.gauge(series, 0);
        }
    }
}

fn describe() {
    describe_counter!(STARTED, "actors that were started");
    describe_gauge!(RUNNING, "actors that have not ended");
    describe_gauge!(HANDLING, "actors with a message at work");
    describe_counter!(RESTARTS, "lives that were followed by another one");
    describe_counter!(HANDLED, "messages whose handlers have returned");
    describe_gauge!(QUEUED, "messages that wait in mailboxes");
    describe_gauge!(CROWDED, "mailboxes above 80 % of their bound");
    describe_counter!(DEAD_LETTERS, "messages that could not be delivered");
}
