//! What a message costs in allocations, counted by a global allocator.
#![allow(unsafe_code, reason = "an allocator that counts has to be one")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actors::prelude::*;

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[derive(Actor, Default)]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    #[handler]
    fn add(&mut self, by: u64) -> u64 {
        self.total += by;
        self.total
    }

    #[handler]
    async fn add_three(&mut self, by: [u64; 3]) -> u64 {
        tokio::task::yield_now().await;
        self.total += by.iter().sum::<u64>();
        self.total
    }

    #[handler]
    fn add_large(&mut self, by: [u64; 100]) -> u64 {
        self.total += by.iter().sum::<u64>();
        self.total
    }
}

/// Asks another actor from its handlers, and says what that cost.
#[derive(Actor)]
struct Asking {
    counter: ActorRef<Counter>,
}

#[handlers]
impl Asking {
    #[handler]
    async fn asks(&mut self) -> f64 {
        cost(async || self.counter.add(1).await.unwrap()).await
    }

    /// Each waits while the other one does.
    #[handler]
    async fn asks_two_at_once(&mut self) -> f64 {
        cost(async || {
            let (one, other) = tokio::join!(self.counter.add(1), self.counter.add_three([1; 3]));
            one.unwrap() + other.unwrap()
        })
        .await
    }

    #[handler]
    async fn asks_and_gives_up(&mut self) -> f64 {
        cost(async || {
            let mut given_up = self.counter.add_three([1; 3]);
            tokio::select! { biased; _ = &mut given_up => unreachable!(), () = std::future::ready(()) => {} }
            drop(given_up);
            self.counter.add(1).await.unwrap();
        })
        .await
    }
}

/// Changes its state with each message, and has its hook called for each change.
struct Switch {
    machine: Machine<bool>,
    changes: u64,
}

impl Actor for Switch {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        self.machine.start(ctx);
        Ok(())
    }
}

impl StateMachine for Switch {
    type State = bool;

    fn machine(&mut self) -> &mut Machine<bool> {
        &mut self.machine
    }

    async fn entered(&mut self, from: Option<bool>, _: &mut Context<Self>) {
        self.changes += u64::from(from.is_some());
    }
}

#[handlers]
impl Switch {
    #[handler]
    fn flip(&mut self, ctx: &mut Context<Self>) {
        let next = !*self.machine.state();
        self.machine.go(next, ctx);
    }

    #[handler]
    fn changes(&self) -> u64 {
        self.changes
    }
}

const MESSAGES: u64 = 1_000;

const FOREVER: Duration = Duration::from_secs(600);

/// Allocations for each of many messages, after some have gone before. Rounded up to tenths.
async fn cost<F: Future>(mut send: impl FnMut() -> F) -> f64 {
    for _ in 0..MESSAGES {
        send().await;
    }
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    for _ in 0..MESSAGES {
        send().await;
    }
    let count = ALLOCATIONS.load(Ordering::Relaxed) - before;
    let cost = (count as f64 / MESSAGES as f64 * 10.0).ceil() / 10.0;
    eprintln!("{cost} allocations a message");
    cost
}

// One test, because the count is the whole process's.
#[test]
fn small_tells_and_asks_one_after_another_cost_no_allocation_and_large_ones_one() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let system = ActorSystem::new();
        let counter = system.spawn(Counter::default());
        let tell = cost(async || {
            counter.add(1).tell().await.unwrap();
            tokio::task::yield_now().await;
        });
        // A stray one, for a thread's first use of something, may come between.
        assert!(tell.await <= 0.1);
        let waiting_handler = cost(async || {
            counter.tell(AddThree { by: [1; 3] }).await.unwrap();
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        });
        assert!(waiting_handler.await <= 0.1);
        // The memory of the one before is used again.
        assert!(cost(async || counter.add(1).await.unwrap()).await <= 0.1);
        assert!(cost(async || counter.add_three([1; 3]).await.unwrap()).await <= 0.1);
        assert!(cost(async || counter.add_large([1; 100]).await.unwrap()).await <= 1.1);
        let large = cost(async || {
            counter.add_large([1; 100]).tell().await.unwrap();
            tokio::task::yield_now().await;
        });
        assert!(large.await <= 1.1);
        let asking = system.spawn(Asking { counter });
        assert!(asking.asks().timeout(FOREVER).await.unwrap() <= 0.1);
        assert!(asking.asks_two_at_once().timeout(FOREVER).await.unwrap() <= 0.1);
        assert!(asking.asks_and_gives_up().timeout(FOREVER).await.unwrap() <= 0.1);
        let switch = system.spawn(Switch { machine: Machine::new(false), changes: 0 });
        let change = cost(async || {
            switch.flip().tell().await.unwrap();
            tokio::task::yield_now().await;
        });
        assert!(change.await <= 0.1);
        assert_eq!(switch.changes().await, Ok(2 * MESSAGES));
    });
}
