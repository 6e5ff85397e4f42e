//! The second node: a child process of the same program, with nothing but shipping in it.
//!
//! 1. The shop's carrier listens on loopback, exports the ledger, and starts the child with its address.
//! 2. The child connects, looks the ledger up, opens shipping over it, listens, and says where on its stdout.
//! 3. The carrier connects to the child and looks shipping up.
//! 4. The child ends when its stdin does: when the carrier closes it, or the shop dies.

mod carrier;
mod counters;
mod depot;
mod process;

pub(crate) use carrier::{Carrier, CarrierClient, carrier, doors, tree};
pub(crate) use counters::Counters;
pub(crate) use depot::serve;

use std::time::Duration;

const LOOPBACK: &str = "127.0.0.1:0";
const READY: &str = "READY ";
/// How long the child may take to say where it listens, and to end.
const PATIENCE: Duration = Duration::from_secs(30);

fn door_name(shard: usize) -> String {
    format!("shipping-{shard}")
}
