//! The carrier: owns the child process, and gives shipping up when that is gone.

use std::sync::Arc;
use std::time::Duration;

use actors::prelude::*;

use super::counters::Counters;
use super::depot::OfficeClient;
use super::process::Process;
use crate::premises::Premises;
use crate::services::{Ledger, Shards, Ship, Shipping, shards};

const ID: &str = "carrier";
/// How often the child's counters are asked for; what was counted after the last answer dies with it.
const COUNT_EVERY: Duration = Duration::from_millis(100);

/// Shipping, where another process does it. A child process that is lost is not replaced: the orders it had are undone.
pub(crate) fn tree(premises: &Arc<Premises>) -> Supervisor {
    let premises = Arc::clone(premises);
    let spec = ChildSpec::new(ID, move || Carrier::new(Arc::clone(&premises)));
    Supervisor::one_for_one().child(spec.restart(Restart::temporary()))
}

/// The carrier, if shipping is elsewhere.
pub(crate) fn carrier(shipping: &SupervisorRef) -> Option<ActorRef<Carrier>> {
    shipping.child(ID).ok()
}

/// Where orders are shipped, here or elsewhere.
pub(crate) async fn doors(shipping: &SupervisorRef) -> Result<Shards<Recipient<Ship>>, AskError> {
    if let Some(carrier) = carrier(shipping) {
        return Ok(Shards::new(carrier.doors().await?));
    }
    let here = shards::<Shipping>(shipping).map_err(|_| AskError::Stopped)?;
    Ok(Shards::new(here.iter().map(ActorRef::recipient)))
}

pub(crate) struct Carrier {
    premises: Arc<Premises>,
    /// From the start to the end of the child, as far as that was in order.
    process: Option<Process>,
    last_counters: Counters,
}

#[derive(Message)]
struct NodeGone;

#[derive(Clone, Message)]
struct CountNow;

impl Carrier {
    fn new(premises: Arc<Premises>) -> Self {
        Self { premises, process: None, last_counters: Counters::default() }
    }
}

impl Actor for Carrier {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        let ledger: ActorRef<Ledger> = ctx.system().lookup("ledger")?;
        let process = Process::start(&ctx.system(), &self.premises.options, &ledger).await?;
        let peer = process.peer.clone();
        ctx.pipe(async move { peer.closed().await }, |()| NodeGone);
        ctx.every(COUNT_EVERY, CountNow);
        self.process = Some(process);
        Ok(())
    }
}

#[handlers]
impl Carrier {
    /// One for each shard of shipping.
    #[handler]
    fn doors(&mut self) -> Vec<Recipient<Ship>> {
        self.process.as_ref().map_or_else(Vec::new, |process| process.doors.clone())
    }

    /// Lets the child end, and returns what it counted.
    #[handler]
    pub(crate) async fn end(&mut self) -> Counters {
        self.count().await;
        if let Some(process) = self.process.take() {
            process.end().await;
        }
        self.last_counters
    }
}

impl Carrier {
    async fn count(&mut self) {
        if let Some(process) = &self.process
            && let Ok(counters) = process.office.counters().await
        {
            self.last_counters = counters;
        }
    }
}

impl Handler<CountNow> for Carrier {
    async fn handle(&mut self, _: CountNow, _: &mut Context<Self>) {
        self.count().await;
    }
}

impl Handler<NodeGone> for Carrier {
    /// Waiting for the node to come back would be in vain.
    async fn handle(&mut self, _: NodeGone, ctx: &mut Context<Self>) {
        if self.process.is_none() {
            // All is done, and its end was wanted.
            return;
        }
        let outcome = match ctx.system().lookup::<Ledger>("ledger") {
            Ok(ledger) => self.premises.give_up_shipping(&ledger, "its node is gone").await,
            Err(_) => Err(AskError::Stopped),
        };
        if let Err(error) = outcome {
            eprintln!("shipping cannot be given up: {error}");
        }
    }
}
