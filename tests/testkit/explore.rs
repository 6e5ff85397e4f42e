//! Exploration: it finds what other orders of turns bring about, and brings it back.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::prelude::*;
use actors::testkit::{Explorer, Probe, TestSystem};

use crate::cache::reads_what_was_written;
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn the_usual_order_hides_a_race() {
    reads_what_was_written(TestSystem::new(), false).await;
}

#[test]
fn a_race_is_found_and_its_seed_brings_it_back() {
    let stale = |system| reads_what_was_written(system, false);
    let found = Explorer::new().first_failure(stale).expect("there is a race");
    assert!(found.message().contains("the cache is stale"), "{found}");
    let again = Explorer::new().seeds([found.seed()]).first_failure(stale).expect("the seed brings it back");
    assert_eq!(again.to_string(), found.to_string(), "the same turns lead to the same failure");
    let panic = catch_unwind(|| Explorer::new().seeds([found.seed()]).run(stale)).unwrap_err();
    assert_eq!(text_of(panic), found.to_string());
    let text = found.to_string();
    for part in
        [format!("seed {} fails: ", found.seed()), format!("ACTORS_SEED={}", found.seed()), "/Writer#".into()]
    {
        assert!(text.contains(&part), "`{part}` is missing in:\n{text}");
    }
}

#[test]
fn a_system_without_a_race_passes_with_every_seed() {
    Explorer::new().run(|system| reads_what_was_written(system, true));
}

/// Passes a number on to the next one, once for each hop.
struct Hop {
    next: Option<ActorRef<Hop>>,
    end: Recipient<Done>,
}

impl Actor for Hop {}

#[handlers]
impl Hop {
    #[handler]
    pub(crate) async fn pass(&mut self, number: u64) {
        match &self.next {
            Some(next) => next.pass(number).tell().await.unwrap(),
            None => self.end.tell(Done(number)).await.unwrap(),
        }
    }
}

fn line_of(system: &TestSystem, hops: usize, end: &Recipient<Done>) -> ActorRef<Hop> {
    let last = system.spawn(Hop { next: None, end: end.clone() });
    (1..hops).fold(last, |next, _| system.spawn(Hop { next: Some(next), end: end.clone() }))
}

#[test]
fn one_actor_can_fall_far_behind() {
    let overtaken = Explorer::new().seeds(0..400).first_failure(|system| async move {
        let probe = Probe::<Done>::new(&system);
        let (long, short) =
            (line_of(&system, 10, &probe.recipient()), line_of(&system, 1, &probe.recipient()));
        short.pass(1).try_tell().unwrap();
        long.pass(2).try_tell().unwrap();
        assert_eq!(probe.expect().await, Done(1), "ten hops are faster than one");
        probe.expect().await;
        drop((long, short));
        system.finish().await;
    });
    assert!(overtaken.expect("the long way can be faster").message().contains("ten hops are faster"));
}

/// Runs an explored test that notes what it sees; the notes of each seed.
fn notes<F>(seeds: impl Iterator<Item = u64>, test: impl Fn(TestSystem, Notes) -> F) -> Vec<Vec<u64>>
where
    F: Future<Output = ()>,
{
    let all = RefCell::new(Vec::new());
    for seed in seeds {
        let notes = Notes::default();
        Explorer::new().seeds([seed]).run(|system| test(system, notes.clone()));
        all.borrow_mut().push(notes.0.lock().unwrap().clone());
    }
    all.into_inner()
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<u64>>>);

#[derive(Actor)]
struct Noting {
    notes: Notes,
    peer: Option<ActorRef<Noting>>,
}

#[handlers]
impl Noting {
    #[handler]
    pub(crate) fn note(&mut self, number: u64) {
        self.notes.0.lock().unwrap().push(number);
    }

    #[handler]
    pub(crate) async fn pass_on(&mut self, number: u64) {
        self.peer.as_ref().unwrap().note(number).tell().await.unwrap();
    }

    /// Notes a number by a timer, by a pipe and at once.
    #[handler]
    pub(crate) fn note_in_three_ways(&mut self, number: u64, ctx: &mut Context<Self>) {
        ctx.after(Duration::from_millis(10), Note { number });
        ctx.pipe(async move { number + 1 }, |number| Note { number });
        self.note(number + 2);
    }
}

/// Two actors pass three numbers each on to a third.
async fn pass_on_by_two(system: TestSystem, notes: Notes) {
    let sink = system.spawn(Noting { notes: notes.clone(), peer: None });
    for first in [0, 10] {
        let sender = system.spawn(Noting { notes: notes.clone(), peer: Some(sink.clone()) });
        for number in first..first + 3 {
            sender.pass_on(number).try_tell().unwrap();
        }
    }
    drop(sink);
    system.finish().await;
}

#[test]
fn every_order_of_messages_comes_about_and_each_senders_own_is_kept() {
    let orders: BTreeSet<_> = notes(0..1_000, pass_on_by_two).into_iter().collect();
    for order in &orders {
        let of = |sender: u64| order.iter().copied().filter(move |number| number / 10 == sender);
        assert!(of(0).eq([0, 1, 2]) && of(1).eq([10, 11, 12]), "{order:?}");
    }
    assert_eq!(orders.len(), 20, "three messages and three can be merged in twenty ways");
}

async fn note_in_many_ways(system: TestSystem, notes: Notes) {
    let actors: Vec<_> = (0..4)
        .map(|number| {
            let actor = system.spawn(Noting { notes: notes.clone(), peer: None });
            actor.note_in_three_ways(number * 10).try_tell().unwrap();
            actor
        })
        .collect();
    tokio::time::sleep(seconds(1)).await;
    drop(actors);
    system.finish().await;
}

#[test]
fn a_seed_repeats_everything() {
    let (first, second) = (notes(0..50, note_in_many_ways), notes(0..50, note_in_many_ways));
    assert_eq!(first, second);
    assert!(first.iter().all(|notes| notes.len() == 12));
    let different: BTreeSet<_> = first.into_iter().collect();
    assert!(different.len() > 30, "only {} different orders", different.len());
}

#[test]
fn restarts_and_children_live_through_every_order() {
    Explorer::new().run(|system| async move {
        let probe = Probe::<Done>::new(&system);
        let to = probe.recipient();
        let echo = system
            .actor(move || Echo { to: to.clone() })
            .restart(Restart::transient().max(3, seconds(60)))
            .spawn();
        echo.repeat(1).tell().await.unwrap();
        echo.explode().tell().await.unwrap();
        echo.repeat(2).tell().await.unwrap();
        assert_eq!(probe.expect().await, Done(1));
        assert_eq!(probe.expect().await, Done(2));
        echo.stop();
        assert!(probe.expect_terminated(&echo).await.reason().is_normal());
        system.finish().await;
    });
}

#[test]
fn a_test_that_hangs_is_given_up() {
    let failure = Explorer::new()
        .first_failure(|system| async move {
            let _unfinished = system;
            std::future::pending().await
        })
        .expect("it hangs");
    assert_eq!((failure.seed(), failure.message()), (0, "it did not end within 600s"));
}

#[test]
fn a_test_that_never_rests_is_given_up() {
    let failure = Explorer::new().first_failure(|system| async move {
        let _unfinished = system;
        loop {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(failure.expect("it never rests").message(), "it did not end within 1000000 turns");
}

#[test]
fn leaving_something_behind_fails_with_a_seed_too() {
    let leaks = Explorer::new().first_failure(|system| async move {
        let probe = Probe::<Done>::new(&system);
        let leaked = system.spawn(Echo { to: probe.recipient() });
        system.finish().await;
        drop(leaked);
    });
    assert!(leaks.expect("an actor still runs").message().contains("/Echo#2 still runs"));
    let forgets = Explorer::new().first_failure(|_system| std::future::ready(()));
    assert!(
        forgets.expect("it was not finished").message().contains("was dropped before its `finish().await`")
    );
}

#[test]
fn seeds_that_ran() {
    let seeds = RefCell::new(0);
    Explorer::new().seeds(3..6).run(|system| {
        *seeds.borrow_mut() += 1;
        system.finish()
    });
    println!("{} seeds ran", seeds.into_inner());
}

#[test]
fn the_environment_chooses_a_single_seed() {
    let myself = std::env::current_exe().unwrap();
    let run = |seed: &str| {
        let mut tests = Command::new(&myself);
        tests.args(["--exact", "explore::seeds_that_ran", "--nocapture"]).env("ACTORS_SEED", seed);
        tests.output().unwrap()
    };
    let one = run("17");
    assert!(one.status.success() && String::from_utf8_lossy(&one.stdout).contains("1 seeds ran"), "{one:?}");
    let none = run("many");
    assert!(String::from_utf8_lossy(&none.stderr).contains("ACTORS_SEED=many is no seed"), "{none:?}");
}

#[test]
fn the_clock_of_an_explored_test_is_virtual() {
    let began = std::time::Instant::now();
    Explorer::new().seeds(0..5).run(|system| async move {
        let probe = Probe::<Done>::new(&system);
        let echo = system.spawn(Echo { to: probe.recipient() });
        echo.repeat_after(1, seconds(300)).await.unwrap();
        probe.expect_no_message(seconds(299)).await;
        assert_eq!(probe.expect().await, Done(1));
        echo.stop();
        system.finish().await;
    });
    assert!(began.elapsed() < seconds(300), "five times 300 s have passed");
}
