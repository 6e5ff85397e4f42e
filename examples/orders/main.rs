//! An order business run by actors: reads or invents orders, drives each through stock, payments and shipping,
//! undoes what cannot be finished, books every step, and says what it came to.
//!
//! ```text
//! options, source          what to do, and with which orders (table/, generator)
//! shop, services/, window  the actors
//! shipping_node            the second process
//! books/, shelf, faults    the rules, without actors: pure and tested by themselves
//! ```

mod books;
mod faults;
mod generator;
mod money;
mod numbers;
mod options;
mod order;
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
use progress::Progress;
use report::Report;
use services::{Bookkeeping, Dispatch, Ledger, LedgerClient, OrderPlaced, Shards};
use shipping_node::{Counters, ShippingNode};
use shop::Shop;
use source::Source;

const BAD_USAGE: u8 = 2;
/// How often the progress is looked at.
const TICK: Duration = Duration::from_millis(10);
/// How long the ledger may need for what is still on its way to it when the last order has landed.
const PATIENCE: Duration = Duration::from_secs(5);

#[actors::main]
async fn main(system: ActorSystem) -> ExitCode {
    let options = Options::parse();
    if let Some(shop) = options.shipping_for {
        return match shipping_node::serve(&system, &options, shop).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("shipping node: {error}");
                ExitCode::FAILURE
            }
        };
    }
    let source = match Source::open(&options) {
        Ok(source) => source,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(BAD_USAGE);
        }
    };
    match run(&system, &options, source).await {
        Ok(report) => {
            println!("{report}");
            if report.adds_up() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(system: &ActorSystem, options: &Options, source: Source) -> actors::Result<Report> {
    let Source { catalog, count, orders, skipped } = source;
    let catalog = Arc::new(catalog);
    let ledger = system.spawn(Ledger::new(Arc::clone(&catalog)));
    let bus = system.bus();
    let bookkeeping = Bookkeeping::answered_by(&ledger, bus.clone());
    let elsewhere = match options.nodes {
        1 => None,
        _ => Some(ShippingNode::start(system, options, &ledger).await?),
    };
    let here = match elsewhere {
        None => shop::shipping(system, options, &bookkeeping),
        Some(_) => Vec::new(),
    };
    let doors = match &elsewhere {
        None => Shards::new(here.iter().map(ActorRef::recipient)),
        Some(node) => Shards::new(node.doors.iter().cloned()),
    };
    let shop = Arc::new(Shop::open(system, options, &catalog, ledger.clone(), bookkeeping, doors));
    let watch =
        elsewhere.as_ref().map(|node| tokio::spawn(give_up_with(node.peer.clone(), Arc::clone(&shop))));
    let dispatch = system.spawn(Dispatch::new(Arc::clone(&shop)));
    let subscriptions = [
        bus.subscribe::<OrderPlaced>().concurrency(64).to(&ledger),
        bus.subscribe::<OrderPlaced>().to(&dispatch),
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
    while shop.window.landed() < count {
        progress.show(shop.window.landed());
        tokio::time::sleep(TICK).await;
    }
    publisher.await??;
    let elapsed = began.elapsed();
    let mut patience = PATIENCE;
    while ledger.ended().await? < count && !patience.is_zero() {
        tokio::time::sleep(TICK).await;
        patience -= TICK;
    }
    progress.finish();
    if let Some(skipped) = skipped {
        println!("{skipped}");
    }
    let (totals, audit) = ledger.statement(count).await?;
    let mut counters = Counters::of(system);
    if let Some(node) = elsewhere {
        // From here on the end of the other node is no loss.
        watch.inspect(|watch| watch.abort());
        let theirs = node.end().await;
        counters.restarts += theirs.restarts;
        counters.dead_letters += theirs.dead_letters;
    }
    let Counters { restarts, dead_letters } = counters;
    Ok(Report { totals, audit, restarts, dead_letters, elapsed })
}

/// Gives shipping up as soon as its node is gone: waiting for it to come back would be in vain.
async fn give_up_with(peer: Peer, shop: Arc<Shop>) {
    peer.closed().await;
    if let Err(error) = shop.give_up_shipping("its node is gone").await {
        eprintln!("shipping cannot be given up: {error}");
    }
}
