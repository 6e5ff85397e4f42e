//! Families whose children fail at random while they are managed, in many orders of turns.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actors::prelude::*;
use actors::testkit::{Explorer, TestSystem};

use crate::support::*;

/// Which children live, and whether two ever lived at the same time in one place.
#[derive(Clone, Default)]
struct Census(Arc<Mutex<Register>>);

#[derive(Default)]
struct Register {
    living: HashMap<&'static str, usize>,
    doubled: Vec<&'static str>,
}

impl Census {
    fn living(&self) -> Vec<&'static str> {
        let register = self.0.lock().unwrap();
        let mut living: Vec<_> =
            register.living.iter().filter(|(_, count)| **count > 0).map(|(id, _)| *id).collect();
        living.sort_unstable();
        living
    }

    fn doubled(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().doubled.clone()
    }

    fn child(&self, id: &'static str) -> ChildSpec {
        let census = self.clone();
        ChildSpec::new(id, move || Member::new(id, &census))
    }
}

struct Member {
    id: &'static str,
    census: Census,
}

impl Member {
    fn new(id: &'static str, census: &Census) -> Self {
        let mut register = census.0.lock().unwrap();
        let count = register.living.entry(id).or_default();
        *count += 1;
        if *count > 1 {
            register.doubled.push(id);
        }
        Self { id, census: census.clone() }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        *self.census.0.lock().unwrap().living.entry(self.id).or_default() -= 1;
    }
}

impl Actor for Member {
    async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
        tokio::task::yield_now().await;
        Ok(())
    }

    async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
        tokio::task::yield_now().await;
    }
}

#[handlers]
impl Member {
    #[handler]
    fn ping(&mut self) -> &'static str {
        self.id
    }

    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }
}

/// Numbers that look random and are the same each time.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn new(number: u64) -> Self {
        Self(number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// Makes one child after another fail.
#[derive(Actor)]
struct Vandal(Dice, SupervisorRef);

#[handlers]
impl Vandal {
    #[handler]
    async fn rage(&mut self, acts: u32) {
        for _ in 0..acts {
            let id = ["a", "b", "t", "x", "y"][self.0.throw(5) as usize];
            let above = match id {
                "x" | "y" => self.1.child::<SupervisorRef>("inner").ok(),
                _ => Some(self.1.clone()),
            };
            let Some(Ok(victim)) = above.map(|above| above.child::<ActorRef<Member>>(id)) else { continue };
            match self.0.throw(5) {
                0 => victim.kill(),
                1 => victim.stop(),
                2 => victim.stop_now(),
                _ => drop(victim.explode().try_tell()),
            }
            tokio::task::yield_now().await;
        }
    }
}

/// Manages children, one call after another.
#[derive(Actor)]
struct Manager {
    dice: Dice,
    supervisor: SupervisorRef,
    census: Census,
    /// The children that are known, in the order of their start.
    order: Vec<&'static str>,
}

#[handlers]
impl Manager {
    #[handler]
    async fn manage(&mut self, calls: u32) -> Vec<&'static str> {
        for _ in 0..calls {
            let id = ["a", "b", "t", "inner", "added"][self.dice.throw(5) as usize];
            let refused = match self.dice.throw(6) {
                0 => self.supervisor.terminate_child(id).await.err(),
                1 => self.supervisor.restart_child(id).await.err(),
                2 => {
                    let deleted = self.supervisor.delete_child(id).await;
                    if deleted.is_ok() {
                        self.order.retain(|known| *known != id);
                    }
                    deleted.err()
                }
                3 => {
                    let started = self.supervisor.start_child(self.census.child("added")).await;
                    if started.is_ok() {
                        self.order.push("added");
                    }
                    started.err()
                }
                4 => self.supervisor.count_children().await.err(),
                _ => self.supervisor.which_children().await.err(),
            };
            let is_known = refused.is_none_or(|error| {
                use ChildError::{AlreadyPresent, AlreadyStarted, NotFound, Restarting, Running, Stopped};
                matches!(
                    error,
                    AlreadyPresent | AlreadyStarted(_) | NotFound | Restarting | Running | Stopped
                )
            });
            assert!(is_known);
        }
        self.order.clone()
    }
}

async fn family(supervisor: Supervisor, census: &Census, system: &TestSystem) -> SupervisorRef {
    let inner =
        Supervisor::one_for_all().intensity(2, seconds(60)).child(census.child("x")).child(census.child("y"));
    supervisor
        .child(census.child("a"))
        .child(census.child("t").restart(Restart::temporary()))
        .child(ChildSpec::supervisor("inner", inner))
        .child(census.child("b").restart(Restart::transient()))
        .start(system)
        .await
        .unwrap()
}

/// What must be true of a family that rests: every seat is full or empty, and nobody lives who has no seat.
async fn inspect(supervisor: &SupervisorRef, order: &[&'static str], census: &Census) {
    let children = supervisor.which_children().await.unwrap();
    let seen: Vec<&str> = children.iter().rev().map(|child| &*child.id).collect();
    let expected: Vec<&str> = order.iter().copied().filter(|id| *id != "t" || seen.contains(id)).collect();
    assert_eq!(seen, expected, "in the order of their start, none lost and none doubled");
    let mut alive = Vec::new();
    for child in &children {
        match (child.state, &*child.id) {
            (ChildState::Running, "inner") => {
                let inner: SupervisorRef = supervisor.child("inner").unwrap();
                assert_eq!(counts(&inner).await, [2, 2, 0, 2], "a nested family is whole");
                alive.extend(["x", "y"]);
            }
            (ChildState::Running, id) => {
                let member: ActorRef<Member> = supervisor.child(id).unwrap();
                alive.push(member.ping().await.unwrap());
            }
            (ChildState::Stopped, _) => assert!(child.actor.is_none(), "{child:?}"),
            _ => panic!("it does not rest: {child:?}"),
        }
    }
    alive.sort_unstable();
    assert_eq!(census.living(), alive, "who lives has a seat, who has one lives");
}

fn strategies() -> [Supervisor; 3] {
    [Supervisor::one_for_one(), Supervisor::one_for_all(), Supervisor::rest_for_one()]
}

#[test]
fn a_family_is_whole_again_whatever_fails_while_it_is_managed() {
    for strategy in strategies() {
        for dice in 1..=8 {
            Explorer::new().seeds(0..12).run(|system| {
                let supervisor = strategy.clone().intensity(1_000, seconds(1));
                disturb(system, supervisor, Dice::new(dice))
            });
        }
    }
}

async fn disturb(system: TestSystem, supervisor: Supervisor, dice: Dice) {
    system.allow_dead_letters();
    let census = Census::default();
    let supervisor = family(supervisor, &census, &system).await;
    let order = vec!["a", "t", "inner", "b"];
    let vandal = system.spawn(Vandal(dice.clone(), supervisor.clone()));
    let manager =
        system.spawn(Manager { dice, supervisor: supervisor.clone(), census: census.clone(), order });
    vandal.rage(12).tell().await.unwrap();
    let order = manager.manage(12).timeout(seconds(300)).await.expect("every call is answered");
    vandal.rage(0).timeout(seconds(300)).await.unwrap();
    tokio::time::sleep(seconds(100)).await;
    inspect(&supervisor, &order, &census).await;
    assert!(census.doubled().is_empty(), "{:?}", census.doubled());
    supervisor.shutdown().await;
    assert!(census.living().is_empty(), "{:?}", census.living());
    drop((vandal, manager, supervisor));
    system.finish().await;
}

#[test]
fn a_supervisor_that_gives_up_or_is_told_to_end_leaves_nobody_behind() {
    for strategy in strategies() {
        for dice in 1..=6 {
            for shuts_down in [false, true] {
                Explorer::new().seeds(0..10).run(|system| {
                    let intensity = if shuts_down { 1_000 } else { 1 };
                    let supervisor = strategy.clone().intensity(intensity, seconds(1_000));
                    end_it(system, supervisor, Dice::new(dice), shuts_down)
                });
            }
        }
    }
}

async fn end_it(system: TestSystem, supervisor: Supervisor, mut dice: Dice, shuts_down: bool) {
    system.allow_dead_letters();
    let census = Census::default();
    let supervisor = family(supervisor, &census, &system).await;
    let order = vec!["a", "t", "inner", "b"];
    let vandal = system.spawn(Vandal(dice.clone(), supervisor.clone()));
    let turns = dice.throw(30);
    let manager =
        system.spawn(Manager { dice, supervisor: supervisor.clone(), census: census.clone(), order });
    vandal.rage(40).tell().await.unwrap();
    manager.manage(10).tell().await.unwrap();
    if shuts_down {
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        supervisor.shutdown().await;
    } else {
        vandal.rage(0).timeout(seconds(300)).await.unwrap();
    }
    let order = manager.manage(0).timeout(seconds(300)).await.expect("every call is answered");
    tokio::time::sleep(seconds(100)).await;
    if supervisor.is_alive() {
        inspect(&supervisor, &order, &census).await;
        supervisor.shutdown().await;
    }
    assert!(census.living().is_empty() && census.doubled().is_empty(), "{:?}", census.living());
    drop((vandal, manager, supervisor));
    system.finish().await;
}
