//! The frameworks, each behind the same few verbs, so that every load is written once and is the same for all.
//!
//! The verbs are generic and resolved when compiled: what runs is what a user of the framework would have written.

mod actix;
mod actors;
mod handmade;
mod handmade_bounded;
mod kameo;
mod ractor;
mod runtime;

use std::fmt;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::process;

use clap::ValueEnum;

use crate::loads::{Load, Outcome, Scale};

/// An actor's state and what it does with a message, for any framework.
pub(crate) trait Behaviour: Send + Unpin + 'static {
    type Message: Send + 'static;

    /// Handles a message and answers it: with 0 where the answer is not asked for.
    fn handle(&mut self, message: Self::Message) -> impl Future<Output = u64> + Send;
}

/// What the loads need of a framework.
pub(crate) trait Framework: Clone + Send + Sync + Unpin + 'static {
    /// A reference to a running actor.
    type Ref<B: Behaviour>: Clone + Send + Sync + Unpin + 'static;

    /// Starts an actor as the framework's documentation does.
    fn spawn<B: Behaviour>(&self, behaviour: B) -> impl Future<Output = Self::Ref<B>> + Send;

    /// Sends a message and wants no answer.
    fn tell<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> impl Future<Output = ()> + Send;

    /// Sends a message and waits for the answer.
    fn ask<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> impl Future<Output = u64> + Send;

    /// Gives up a reference to an actor that is to end, after what is queued, once all are given up. A framework
    /// whose actors outlive their references ends the actor by hand.
    fn dismiss<B: Behaviour>(actor: Self::Ref<B>) {
        drop(actor);
    }

    /// Stops the actors after what is queued, and waits until they have ended.
    fn stop<B: Behaviour>(actors: Vec<Self::Ref<B>>) -> impl Future<Output = ()> + Send;

    /// Starts a future beside the driver; what is returned waits for its end.
    fn task(future: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send;
}

/// The frameworks by name, in the order of the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Name {
    Actors,
    Handmade,
    Kameo,
    Ractor,
    Actix,
}

impl Name {
    /// Whether the framework has what the load is about.
    pub(crate) fn can_run(self, load: Load) -> bool {
        load.bound().is_none() || !matches!(self, Self::Ractor | Self::Actix)
    }

    /// Runs a load on this framework, on a runtime with this many workers.
    ///
    /// A load that comes out wrong, or that the framework cannot run, ends the process.
    pub(crate) fn run(self, load: Load, scale: Scale, workers: usize) -> Outcome {
        panic::set_hook(Box::new(end_process));
        let bound = load.bound();
        match self {
            Self::Actors => actors::run(workers, bound, move |actors| load.run(actors, scale)),
            Self::Kameo => kameo::run(workers, bound, move |kameo| load.run(kameo, scale)),
            Self::Handmade => match bound {
                None => handmade::run(workers, move |handmade| load.run(handmade, scale)),
                Some(bound) => handmade_bounded::run(workers, bound, move |bounded| load.run(bounded, scale)),
            },
            Self::Ractor | Self::Actix if bound.is_some() => panic!("{self} has no bounded mailboxes"),
            Self::Ractor => ractor::run(workers, move |ractor| load.run(ractor, scale)),
            Self::Actix => actix::run(move |actix| load.run(actix, scale)),
        }
    }
}

/// Frameworks contain the panics of actors, and a load would wait for ever for what such an actor was to do.
fn end_process(panic: &PanicHookInfo<'_>) {
    // Not `eprintln`, whose output a test would keep to itself and lose.
    let _ = writeln!(io::stderr(), "{panic}");
    process::exit(101);
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().expect("no name is hidden").get_name())
    }
}

#[test]
fn every_load_comes_out_right_on_every_framework() {
    let little: Scale = "0.0005".parse().expect("it is a scale");
    for &name in Name::value_variants() {
        for &load in Load::value_variants().iter().filter(|&&load| name.can_run(load)) {
            let outcome = name.run(load, little, 2);
            assert!(outcome.operations > 0, "{load} {name}");
            assert_eq!(outcome.numbers.len(), load.rows().len(), "{load} {name}");
        }
    }
}
