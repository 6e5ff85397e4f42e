//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// An order business run by actors: every order is reserved, charged and shipped, or undone step by step.
#[derive(Clone, Debug, Parser)]
#[command(name = "orders")]
pub(crate) struct Options {
    /// Read the order table from DIR (orders.csv, order-details.csv, products.csv and, if there, categories.csv)
    #[arg(long, value_name = "DIR", conflicts_with_all = ["orders", "seed"])]
    pub(crate) data: Option<PathBuf>,

    /// Without --data: how many orders to generate
    #[arg(long, value_name = "N", default_value_t = 2_000, allow_negative_numbers = true)]
    pub(crate) orders: u64,

    /// Without --data: the seed of the generated orders
    #[arg(long, value_name = "SEED", default_value_t = 1, allow_negative_numbers = true)]
    pub(crate) seed: u64,

    /// With --data: sell only what products.csv says is in stock (generated products always have a stock)
    #[arg(long)]
    pub(crate) stock: bool,

    /// Make payments and shipping panic on every N-th call
    /// (from 2 on: if every call panics, none is ever answered)
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(2..))]
    pub(crate) crash_every: Option<u64>,

    /// Decline every N-th order, by payments and by shipping in turn
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) decline_every: Option<u64>,

    /// How often a service may be restarted within a second before its supervisor gives up
    #[arg(long, value_name = "N", default_value_t = 100_000, allow_negative_numbers = true)]
    pub(crate) restart_limit: u32,

    /// Where shipping runs: 1 is in this process, 2 is in a child process over TCP
    #[arg(long, value_name = "1|2", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) nodes: u8,

    /// Be the shipping node of the process that listens at this address
    #[arg(long, value_name = "ADDRESS", hide = true)]
    pub(crate) shipping_for: Option<SocketAddr>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arguments: &[&str]) -> bool {
        Options::try_parse_from([&["orders"], arguments].concat()).is_err_and(|error| error.exit_code() == 2)
    }

    #[test]
    fn bad_usage_is_refused_with_two() {
        assert!(refused(&["--nodes", "3"]));
        assert!(refused(&["--nodes", "0"]));
        assert!(refused(&["--crash-every", "0"]));
        assert!(refused(&["--crash-every", "1"]));
        assert!(refused(&["--decline-every", "x"]));
        assert!(refused(&["--orders", "-1"]));
        assert!(refused(&["--restart-limit", "-1"]));
        assert!(refused(&["--data", "somewhere", "--orders", "5"]));
        assert!(refused(&["somewhere"]));
    }

    #[test]
    fn no_arguments_are_two_thousand_orders_on_two_nodes() {
        let options = Options::try_parse_from(["orders"]).unwrap();
        assert_eq!((options.orders, options.nodes, options.data), (2_000, 2, None));
    }
}
