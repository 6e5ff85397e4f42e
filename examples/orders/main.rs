//! An order business run by actors: reads or invents orders, drives each through stock, payments and shipping,
//! undoes what cannot be finished, books every step, and says what it came to.
//!
//! ```text
//! options, source          what to do, and with which orders (table/, generator)
//! shop, services/, window  the tree of actors
//! shipping_node/           the second process, and the way there
//! books/, shelf, faults    the rules, without actors: pure and tested by themselves
//! ```

mod books;
mod faults;
mod generator;
mod money;
mod numbers;
mod options;
mod order;
mod premises;
mod progress;
mod report;
mod services;
mod shelf;
mod shipping_node;
mod shop;
mod source;
mod table;
mod window;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::prelude::*;
use clap::Parser;

use options::Options;
use premises::Premises;
use progress::Progress;
use report::Report;
use services::{Bookkeeping, LedgerClient, OrderPlaced};
use shipping_node::{CarrierClient, Counters};
use shop::Shop;
use source::Source;

const BAD_USAGE: u8 = 2;
/// How often the progress is looked at.
const TICK: Duration = Duration::from_millis(10);
/// How long the ledger may need for what is still on its way to it when the last order has landed.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the shipping node may take to end.
const LONG_PATIENCE: Duration = Duration::from_secs(60);

#[actors::main]
async fn main(system: ActorSystem) -> ExitCode {
    let options = Options::parse();
    let me = if options.shipping_for.is_some() { "shipping node: " } else { "" };
    let work = async {
        match options.shipping_for {
            Some(shop) => shipping_node::serve(&system, &options, shop).await.map(|()| ExitCode::SUCCESS),
            None => sell(&system, &options).await,
        }
    };
    tokio::select! {
        biased;
        report = system.escalated() => {
            eprintln!("{me}given up: {report}");
            ExitCode::FAILURE
        }
        outcome = work => outcome.unwrap_or_else(|error| {
            eprintln!("{me}{error}");
            ExitCode::FAILURE
        }),
    }
}

async fn sell(system: &ActorSystem, options: &Options) -> actors::Result<ExitCode> {
    let source = match Source::open(options) {
        Ok(source) => source,
        Err(error) => {
            eprintln!("{error}");
            return Ok(ExitCode::from(BAD_USAGE));
        }
    };
    let report = run(system, options, source).await?;
    println!("{report}");
    Ok(if report.adds_up() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn run(system: &ActorSystem, options: &Options, source: Source) -> actors::Result<Report> {
    let Source { catalog, count, orders, skipped } = source;
    let bus = system.bus();
    let premises = Arc::new(Premises::new(options.clone(), catalog, Bookkeeping::Bus(bus.clone())));
    let window = Arc::clone(&premises.window);
    let shop = Shop::start(system, premises).await?;
    let subscriptions = [
        bus.subscribe::<OrderPlaced>().concurrency(64).to(&shop.ledger),
        bus.subscribe::<OrderPlaced>().to(&shop.dispatch),
    ];
    for subscription in subscriptions {
        subscription.ready().await?;
    }

    let began = Instant::now();
    let publisher = tokio::spawn(async move {
        for order in orders {
            let placed = OrderPlaced { number: order.number, order: Arc::new(order) };
            bus.publish(placed).await?;
        }
        Ok::<_, ActorError>(())
    });
    let mut progress = Progress::new(count);
    while window.landed() < count {
        progress.show(window.landed());
        tokio::time::sleep(TICK).await;
    }
    publisher.await??;
    let elapsed = began.elapsed();
    let mut patience = PATIENCE;
    while shop.ledger.ended().await? < count && !patience.is_zero() {
        tokio::time::sleep(TICK).await;
        patience -= TICK;
    }
    progress.finish();
    if let Some(skipped) = skipped {
        println!("{skipped}");
    }
    let (totals, audit) = shop.ledger.statement(count).await?;
    let mut counters = Counters::of(system);
    if let Some(carrier) = shop.carrier() {
        let theirs = carrier.end().timeout(LONG_PATIENCE).await?;
        counters.restarts += theirs.restarts;
        counters.dead_letters += theirs.dead_letters;
    }
    let Counters { restarts, dead_letters } = counters;
    Ok(Report { totals, audit, restarts, dead_letters, elapsed })
}
