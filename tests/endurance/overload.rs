//! One actor, flooded: memory stays flat, siblings go on answering, and every message is accounted for.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actors::DeadLetterReason;
use actors::prelude::*;
use tokio::runtime::{Builder, Runtime};

use crate::memory::resident;

/// How long a flood is.
#[derive(Clone, Copy)]
pub(crate) enum Flood {
    Lasts(Duration),
    /// So many messages from each sender.
    Counts(u64),
}

const SENDERS: u64 = 8;
const BOUND: usize = 1_024;

/// Handles more slowly than eight senders send.
#[derive(Actor)]
struct Flooded(Arc<AtomicU64>);

#[handlers]
impl Flooded {
    #[handler]
    fn take(&mut self, load: Box<[u8; 256]>) {
        for _ in 0..200 {
            black_box(&load);
        }
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Actor)]
struct Sibling;

#[handlers]
impl Sibling {
    #[handler]
    fn nothing(&mut self) {}
}

fn runtime(workers: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(workers).enable_all().build().expect("threads can be started")
}

/// Sends until it is over; gives how many it sent and how many were refused.
async fn flood(flooded: ActorRef<Flooded>, flood: Flood, over: Arc<AtomicBool>) -> (u64, u64) {
    let (mut sent, mut rejected) = (0, 0);
    while match flood {
        Flood::Lasts(_) => !over.load(Ordering::Relaxed),
        Flood::Counts(count) => sent < count,
    } {
        let outcome = flooded.take(Box::new([0; 256])).tell().await;
        sent += 1;
        rejected += u64::from(outcome.is_err());
        if sent % 64 == 0 {
            // Where no policy makes it wait it would never give way.
            tokio::task::yield_now().await;
        }
    }
    (sent, rejected)
}

/// Asks siblings on the flooded actor's only worker for as long as the flood lasts.
async fn ask_siblings(system: ActorSystem, over: Arc<AtomicBool>) -> u64 {
    let siblings: Vec<_> = (0..4).map(|_| system.spawn(Sibling)).collect();
    let mut answers = 0;
    while !over.load(Ordering::Relaxed) {
        for sibling in &siblings {
            sibling.nothing().timeout(Duration::from_secs(60)).await.expect("a sibling goes on answering");
            answers += 1;
        }
    }
    answers
}

/// Resident memory over time.
fn watch_memory(flood: Flood, over: &AtomicBool) -> Vec<f64> {
    let Flood::Lasts(length) = flood else { return Vec::new() };
    let (begin, mut samples) = (Instant::now(), Vec::new());
    while begin.elapsed() < length {
        std::thread::sleep(length.min(Duration::from_millis(100)));
        samples.extend(resident());
    }
    over.store(true, Ordering::Relaxed);
    samples
}

fn assert_flat(samples: &[f64]) {
    // The first tenth fills the mailbox and the allocator's caches.
    let settled = &samples[samples.len() / 10..];
    let (first, second) = settled.split_at(settled.len() / 2);
    let most = |samples: &[f64]| samples.iter().copied().fold(0.0, f64::max);
    if first.is_empty() {
        return;
    }
    println!("  resident MiB at most: first half {:.1}, second half {:.1}", most(first), most(second));
    assert!(most(second) <= most(first) * 1.1 + 4.0, "memory grows under overload");
}

pub(crate) fn run(policy: OnFull, length: Flood) {
    let (here, there) = (runtime(1), runtime(2));
    let (handled, over) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
    let system = ActorSystem::builder().runtime(here.handle().clone()).build();
    let mailbox = Mailbox::bounded(BOUND).on_full(policy);
    let count = handled.clone();
    let flooded = system.actor(move || Flooded(count.clone())).mailbox(mailbox).spawn();
    let siblings = here.spawn(ask_siblings(system.clone(), over.clone()));
    let senders: Vec<_> =
        (0..SENDERS).map(|_| there.spawn(flood(flooded.clone(), length, over.clone()))).collect();
    let samples = watch_memory(length, &over);
    let (mut sent, mut rejected) = (0, 0);
    there.block_on(async {
        for sender in senders {
            let (more, back) = sender.await.expect("a sender does not panic");
            sent += more;
            rejected += back;
        }
    });
    over.store(true, Ordering::Relaxed);
    let answers = here.block_on(async {
        flooded.stop();
        flooded.wait().await;
        siblings.await.expect("siblings answer")
    });
    let handled = handled.load(Ordering::Relaxed);
    let counts = system.dead_letter_counts();
    let (dropped, dead) = (counts.of(DeadLetterReason::Dropped), counts.of(DeadLetterReason::Stopped));
    println!(
        "overload, {policy:?}: {sent} sent = {handled} handled + {rejected} rejected + {dropped} dropped + {dead} dead"
    );
    println!("  {answers} answers of siblings on the same worker meanwhile");
    assert_eq!(sent, handled + rejected + dropped + dead);
    assert_eq!(counts.total(), dropped + dead);
    assert!(answers > 0);
    assert_flat(&samples);
}
