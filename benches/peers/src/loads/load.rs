//! The loads by name, and what each of them tells.

use std::fmt;

use clap::ValueEnum;

use super::{Outcome, Scale, ask, crowd, idle, million, pingpong, ring, savina, spawn, tell};
use crate::frameworks::Framework;

/// In the order of the table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Load {
    Tell,
    TellBounded,
    Fanin,
    #[value(name = "pingpong")]
    PingPong,
    Ask,
    Ask64,
    Ring,
    Pairs,
    Fanout,
    Spawn,
    Counting,
    ForkJoinCreate,
    ForkJoinThroughput,
    ThreadRing,
    Chameneos,
    Big,
    Fibonacci,
    Dictionary,
    BoundedBuffer,
    Banking,
    ActorBytes,
    Million,
    Crowd,
    TellAsk,
}

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// For each operation.
    Nanoseconds,
    Bytes,
    Megabytes,
}

impl Load {
    /// The bound of the mailboxes, in messages; `None` where they are unbounded.
    pub(crate) fn bound(self) -> Option<usize> {
        (self == Self::TellBounded).then_some(1024)
    }

    /// The numbers it gives, each a row of the table: the row's name and what the number is.
    pub(crate) fn rows(self) -> Vec<(String, Unit)> {
        match self {
            Self::ActorBytes => vec![(format!("{self}, bytes"), Unit::Bytes)],
            Self::Million => vec![
                (self.to_string(), Unit::Nanoseconds),
                (format!("{self}: peak, MB"), Unit::Megabytes),
                (format!("{self}: after, MB"), Unit::Megabytes),
            ],
            Self::Crowd => {
                let mut told = crowd::CROWDS.map(|size| format!("tell one of {size}")).to_vec();
                told.push(format!("tell and ask each of {}", crowd::CROWDS[crowd::CROWDS.len() - 1]));
                told.into_iter().map(|told| (format!("{self}: {told}"), Unit::Nanoseconds)).collect()
            }
            _ => vec![(self.to_string(), Unit::Nanoseconds)],
        }
    }

    /// Whether the mean of all loads has it. The others show the operations of those that it has in another light.
    pub(crate) fn is_in_mean(self) -> bool {
        !matches!(self, Self::Crowd | Self::TellAsk)
    }

    /// Whether it makes so many actors that a peer's need more memory than most machines have.
    pub(crate) fn is_large(self) -> bool {
        matches!(self, Self::Million | Self::Crowd)
    }

    pub(crate) async fn run<F: Framework>(self, framework: F, scale: Scale) -> Outcome {
        match self {
            Self::Tell | Self::TellBounded => tell::one_sender(framework, scale).await,
            Self::Fanin => tell::many_senders(framework, scale).await,
            Self::Fanout => tell::many_receivers(framework, scale).await,
            Self::Ask => ask::one_asker(framework, scale).await,
            Self::Ask64 => ask::many_askers(framework, scale).await,
            Self::PingPong => pingpong::one_pair(framework, scale).await,
            Self::Pairs => pingpong::many_pairs(framework, scale).await,
            Self::Ring => ring::run(framework, 1_000, scale).await,
            Self::ThreadRing => ring::run(framework, 100, scale).await,
            Self::Spawn => spawn::run(framework, scale).await,
            Self::Counting => savina::counting::run(framework, scale).await,
            Self::ForkJoinCreate => savina::fork_join::create(framework, scale).await,
            Self::ForkJoinThroughput => savina::fork_join::throughput(framework, scale).await,
            Self::Chameneos => savina::chameneos::run(framework, scale).await,
            Self::Big => savina::big::run(framework, scale).await,
            Self::Fibonacci => savina::fibonacci::run(framework, scale).await,
            Self::Dictionary => savina::dictionary::run(framework, scale).await,
            Self::BoundedBuffer => savina::bounded_buffer::run(framework, scale).await,
            Self::Banking => savina::banking::run(framework, scale).await,
            Self::ActorBytes => idle::run(framework, scale).await,
            Self::Million => million::run(framework, scale).await,
            Self::Crowd => crowd::run(framework, scale).await,
            Self::TellAsk => ask::one_teller(framework, scale).await,
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().expect("no load is hidden").get_name())
    }
}
