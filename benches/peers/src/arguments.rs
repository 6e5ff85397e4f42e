//! The command line.

use std::num::NonZero;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::frameworks::Name;
use crate::loads::{Load, Scale};
use crate::machine;

/// Measures the framework beside others and prints one table.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// How often everything is measured; the table shows the medians.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Only these loads, separated by commas.
    #[arg(long, value_delimiter = ',')]
    loads: Vec<Load>,
    /// Only these frameworks, separated by commas; unless given, `million` and `crowd` run on actors and handmade alone.
    #[arg(long, value_delimiter = ',')]
    frameworks: Vec<Name>,
    #[command(flatten)]
    pub(crate) size: Size,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Measures once, in this process; prints the number of operations, then a number for each row of the load.
    One {
        load: Load,
        framework: Name,
        #[command(flatten)]
        size: Size,
    },
}

#[derive(Args, Clone, Copy)]
pub(crate) struct Size {
    /// The part of each load's full size.
    #[arg(long, default_value = "1")]
    pub(crate) scale: Scale,
    /// Threads of the runtime. actix always uses one.
    #[arg(long, default_value_t = machine::processors())]
    pub(crate) workers: NonZero<usize>,
}

impl Arguments {
    pub(crate) fn loads(&self) -> Vec<Load> {
        chosen(&self.loads)
    }

    pub(crate) fn frameworks(&self) -> Vec<Name> {
        chosen(&self.frameworks)
    }

    /// Whether the table has a number of this load for this framework.
    pub(crate) fn measures(&self, load: Load, framework: Name) -> bool {
        let too_large = load.is_large() && !matches!(framework, Name::Actors | Name::Handmade);
        framework.can_run(load) && (!too_large || !self.frameworks.is_empty())
    }
}

/// What was chosen, in the table's order; everything if nothing was.
fn chosen<T: ValueEnum + Copy + Ord>(wanted: &[T]) -> Vec<T> {
    let is_wanted = |value: &T| wanted.is_empty() || wanted.contains(value);
    T::value_variants().iter().copied().filter(is_wanted).collect()
}
