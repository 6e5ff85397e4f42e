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
use services::{Dispatch, Ledger, LedgerClient, OrderPlaced, Shards};
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
    let bookkeeping = services::Bookkeeping { book: ledger.recipient(), recall: ledger.recipient() };
    let shipping = shop::shipping(system, options, &bookkeeping);
    let doors = Shards::new(shipping.iter().map(ActorRef::recipient));
    let shop = Arc::new(Shop::open(system, options, &catalog, ledger.clone(), doors));
    let dispatch = system.spawn(Dispatch::new(Arc::clone(&shop)));

    let began = Instant::now();
    let publisher = tokio::spawn({
        let ledger = ledger.clone();
        async move {
            for order in orders {
                let placed = OrderPlaced { number: order.number, order: Arc::new(order) };
                ledger.tell(placed.clone()).await?;
                dispatch.tell(placed).await?;
            }
            Ok::<_, ActorError>(())
        }
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
    Ok(Report {
        totals,
        audit,
        restarts: system.restarts(),
        dead_letters: system.dead_letter_counts().total(),
        elapsed,
    })
}
