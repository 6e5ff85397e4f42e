//! The tree of the shop, and the business as an order's actor sees it: a reference to every service.

use std::sync::Arc;

use actors::prelude::*;
use tokio::sync::OnceCell;

use crate::premises::Premises;
use crate::services::{
    Dispatch, Ledger, OrderFlow, Payments, Shards, Ship, StepError, Stock, insist_unless, payments, shards,
    shipping, stock,
};
use crate::shipping_node::{self, Carrier};

/// Everything that runs in the first process.
///
/// Services restart what fails in them, and are restarted here when they cannot cope. The ledger is the memory of all
/// the others and has none itself, so its failure ends the shop.
#[derive(Supervisor)]
#[allow(dead_code, reason = "all children are fields, also those that nobody outside asks for")]
#[supervisor(strategy = one_for_one, intensity = 3, within = "5s", name = "shop")]
pub(crate) struct Shop {
    premises: Arc<Premises>,
    #[child(start = Ledger::new(Arc::clone(&premises.catalog)), name = "ledger", decide = Ledger::on_failure)]
    pub(crate) ledger: ActorRef<Ledger>,
    #[child(tree = stock(&premises))]
    stock: SupervisorRef,
    #[child(tree = payments(&premises.options, &premises.bookkeeping))]
    payments: SupervisorRef,
    #[child(tree = shipping_tree(&premises))]
    shipping: SupervisorRef,
    /// An actor for each order on its way. One that fails is not driven twice: the books then show a lost order.
    #[child(dynamic, restart = temporary, shutdown = kill)]
    flows: Children<OrderFlow>,
    #[child(start = Dispatch::new(
        Services::new(premises, ledger.clone(), &stock, &payments, shipping.clone())?,
        flows.clone()
    ))]
    pub(crate) dispatch: ActorRef<Dispatch>,
}

impl Shop {
    /// Whoever brings the goods to the other process, if that ships.
    pub(crate) fn carrier(&self) -> Option<ActorRef<Carrier>> {
        shipping_node::carrier(&self.shipping)
    }
}

/// Shipping: here, or the way to where it is.
fn shipping_tree(premises: &Arc<Premises>) -> Supervisor {
    match premises.options.nodes {
        1 => shipping(&premises.options, &premises.bookkeeping),
        _ => shipping_node::tree(premises),
    }
}

pub(crate) struct Services {
    pub(crate) premises: Arc<Premises>,
    pub(crate) ledger: ActorRef<Ledger>,
    pub(crate) stock: Shards<ActorRef<Stock>>,
    pub(crate) payments: Shards<ActorRef<Payments>>,
    shipping: SupervisorRef,
    doors: OnceCell<Shards<Recipient<Ship>>>,
}

impl Services {
    fn new(
        premises: Arc<Premises>,
        ledger: ActorRef<Ledger>,
        stock: &SupervisorRef,
        payments: &SupervisorRef,
        shipping: SupervisorRef,
    ) -> Result<Arc<Self>, ChildError> {
        let (stock, payments, doors) = (shards(stock)?, shards(payments)?, OnceCell::new());
        Ok(Arc::new(Self { premises, ledger, stock, payments, shipping, doors }))
    }

    /// Asks shipping for an order until it answers, or is given up.
    pub(crate) async fn ship(&self, customer: &str, number: u64) -> Result<(), CallError<StepError>> {
        let doors = self.doors.get_or_try_init(|| shipping_node::doors(&self.shipping)).await?;
        let door = doors.of_text(customer);
        let given_up = || self.premises.is_shipping_given_up();
        let floor = || self.premises.window.floor();
        insist_unless(given_up, || door.ask(Ship { number, floor: floor() })).await
    }
}
