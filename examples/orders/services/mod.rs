//! The services, and the actor that drives one order through them.
//!
//! ```text
//! bus: OrderPlaced ─▶ dispatch ─▶ order ──▶ stock ──▶ payments ──▶ shipping (on a node of its own)
//!           │                       │         │           │            │
//!           └──────────────────────▶└─────────┴── ledger ─┴────────────┘   every effect is booked
//! ```

mod bookkeeping;
mod dispatch;
mod insist;
mod ledger;
mod once;
mod order_flow;
mod payments;
mod remembered;
mod sharded;
mod shards;
mod shipping;
mod stock;

pub(crate) use bookkeeping::Bookkeeping;
pub(crate) use dispatch::{Dispatch, OrderPlaced};
pub(crate) use insist::insist_unless;
pub(crate) use ledger::{Book, Ledger, LedgerClient, Recall};
pub(crate) use once::StepError;
pub(crate) use order_flow::OrderFlow;
pub(crate) use payments::{Payments, tree as payments};
pub(crate) use sharded::{SHARDS, shards};
pub(crate) use shards::Shards;
pub(crate) use shipping::{Ship, Shipping, tree as shipping};
pub(crate) use stock::{Stock, tree as stock};
