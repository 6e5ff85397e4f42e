//! The circuit against its promises, read off the history of what happened to it.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::circuit::{BreakerState, Circuit, Era, Limits, Outcome, Refused};

#[derive(Debug, Clone)]
enum Step {
    /// A call asks to be let through.
    Call,
    /// One of the calls under way ends.
    End(prop::sample::Index, Outcome),
    /// So many milliseconds pass.
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let outcome = prop_oneof![
        4 => Just(Outcome::Failed),
        2 => Just(Outcome::Succeeded),
        1 => Just(Outcome::Abandoned),
    ];
    let step = prop_oneof![
        4 => Just(Step::Call),
        4 => (any::<prop::sample::Index>(), outcome).prop_map(|(which, outcome)| Step::End(which, outcome)),
        1 => (0u64..500).prop_map(Step::Pass),
    ];
    prop::collection::vec(step, 0..300)
}

/// 100 ms, 200 ms, 400 ms and so on, up to 1 s.
fn delay(openings: u32) -> Duration {
    Duration::from_millis(2u64.saturating_pow(openings.min(20)) * 100).min(Duration::from_secs(1))
}

/// Everything that happened, in order.
#[derive(Debug, Clone, Copy)]
enum Event {
    Changed(BreakerState, Instant),
    Admitted,
    /// A call ended that had been let through since the last change.
    Ended(Outcome),
}

/// What happened since the last change, and which states there were before, the newest first.
struct History(Vec<Event>);

impl History {
    fn since_change(&self) -> impl Iterator<Item = Event> {
        self.0.iter().rev().copied().take_while(|event| !matches!(event, Event::Changed(..)))
    }

    fn changes(&self) -> impl Iterator<Item = (BreakerState, Instant)> {
        self.0.iter().rev().filter_map(|event| match event {
            Event::Changed(state, at) => Some((*state, *at)),
            _ => None,
        })
    }

    fn state(&self) -> BreakerState {
        self.changes().next().map_or(BreakerState::Closed, |(state, _)| state)
    }

    fn ends(&self, outcome: Outcome) -> u32 {
        self.since_change().filter(|event| matches!(event, Event::Ended(ended) if *ended == outcome)).count()
            as u32
    }

    fn admitted(&self) -> u32 {
        self.since_change().filter(|event| matches!(event, Event::Admitted)).count() as u32
    }

    /// Failures at the end, abandoned calls not counted.
    fn failures_in_a_row(&self) -> u32 {
        let ends = self.since_change().filter_map(|event| match event {
            Event::Ended(Outcome::Failed) => Some(true),
            Event::Ended(Outcome::Succeeded) => Some(false),
            _ => None,
        });
        ends.take_while(|failed| *failed).count() as u32
    }

    /// When an open circuit's time is over.
    fn opens_until(&self) -> Instant {
        let since_closed = self.changes().take_while(|(state, _)| *state != BreakerState::Closed);
        let openings = since_closed.filter(|(state, _)| *state == BreakerState::Open).count() as u32;
        self.changes().next().expect("it has opened").1 + delay(openings - 1)
    }

    /// The state that what happened leads to.
    fn expected(&self, limits: &Limits, now: Instant) -> BreakerState {
        match self.state() {
            BreakerState::Closed if self.failures_in_a_row() >= limits.max_failures => BreakerState::Open,
            BreakerState::HalfOpen if self.ends(Outcome::Failed) > 0 => BreakerState::Open,
            BreakerState::HalfOpen if self.ends(Outcome::Succeeded) >= limits.half_open_calls => {
                BreakerState::Closed
            }
            BreakerState::Open if now >= self.opens_until() => BreakerState::HalfOpen,
            unchanged => unchanged,
        }
    }

    /// Whether a call may pass, and how long it has to wait otherwise.
    fn admits(&self, limits: &Limits, now: Instant) -> Result<(), Refused> {
        match self.state() {
            BreakerState::Closed => Ok(()),
            BreakerState::Open => Err(Refused { retry_after: self.opens_until() - now }),
            BreakerState::HalfOpen => {
                let taken = self.admitted() - self.ends(Outcome::Abandoned);
                if taken < limits.half_open_calls {
                    Ok(())
                } else {
                    Err(Refused { retry_after: Duration::ZERO })
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn a_circuit_keeps_its_promises(max_failures in 1u32..4, half_open_calls in 1u32..4, steps in steps()) {
        let limits = Limits { max_failures, half_open_calls };
        let (mut circuit, mut history) = (Circuit::new(limits), History(Vec::new()));
        let mut now = Instant::now();
        // With how many changes there had been when the call was let through.
        let mut under_way: Vec<(Era, usize)> = Vec::new();
        for step in steps {
            let eras = history.changes().count();
            match step {
                Step::Pass(milliseconds) => now += Duration::from_millis(milliseconds),
                Step::Call => {
                    // An open circuit's time may be over by now.
                    note_change(&mut history, circuit.state(now), &limits, now)?;
                    let admitted = circuit.admit(now);
                    let expected = history.admits(&limits, now);
                    prop_assert_eq!(admitted.as_ref().map(|_| ()), expected.as_ref().map(|&()| ()));
                    if let Ok(era) = admitted {
                        under_way.push((era, history.changes().count()));
                        history.0.push(Event::Admitted);
                    }
                }
                Step::End(_, _) if under_way.is_empty() => {}
                Step::End(which, outcome) => {
                    let (era, begun) = under_way.swap_remove(which.index(under_way.len()));
                    circuit.ended(era, outcome, now, delay);
                    if begun == eras {
                        history.0.push(Event::Ended(outcome));
                        note_change(&mut history, circuit.last_state(), &limits, now)?;
                    } else {
                        prop_assert_eq!(circuit.last_state(), history.state(), "an outcome of another era");
                    }
                }
            }
        }
    }
}

fn note_change(
    history: &mut History,
    state: BreakerState,
    limits: &Limits,
    now: Instant,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(state, history.expected(limits, now));
    if state != history.state() {
        history.0.push(Event::Changed(state, now));
    }
    Ok(())
}
