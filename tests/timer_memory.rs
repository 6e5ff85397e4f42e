//! What a timer costs in memory, and that cancelling gives it back, counted by a global allocator.
#![allow(unsafe_code, reason = "an allocator that counts has to be one")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actors::TimerHandle;
use actors::prelude::*;

struct Counting;

static BYTES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[derive(Message)]
struct Remind(#[expect(dead_code, reason = "it is there for its size")] u64);

#[derive(Actor, Default)]
struct Diary {
    timers: Vec<TimerHandle>,
}

impl Handler<Remind> for Diary {
    async fn handle(&mut self, _: Remind, _: &mut Context<Self>) {}
}

const TIMERS: usize = 87_500;

#[handlers]
impl Diary {
    #[handler]
    fn set(&mut self, ctx: &mut Context<Self>) {
        self.timers.reserve_exact(TIMERS);
        for number in 0..TIMERS as u64 {
            self.timers.push(ctx.after(Duration::from_millis(3_600_000 + number), Remind(number)));
        }
    }

    #[handler]
    fn cancel(&mut self, ctx: &mut Context<Self>) {
        for timer in std::mem::take(&mut self.timers) {
            assert!(ctx.cancel(timer));
        }
    }

    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }

    #[handler]
    fn nothing(&self) {}
}

// One test, because the count is the whole process's.
#[tokio::test(start_paused = true)]
async fn a_timer_costs_little_and_what_is_cancelled_costs_nothing() {
    let system = ActorSystem::new();
    let restart = Restart::transient().max(9, Duration::from_secs(5));
    let diary = system.actor(Diary::default).restart(restart).spawn();
    diary.nothing().await.unwrap();
    let before = BYTES.load(Ordering::Relaxed);
    let used = || BYTES.load(Ordering::Relaxed).saturating_sub(before);
    diary.set().await.unwrap();
    let each = (used() - TIMERS * size_of::<TimerHandle>()) / TIMERS;
    // 40 in the wheel, 48 and a little in the life's table, which grows in powers of two.
    assert!((80..130).contains(&each), "{each} bytes a timer");
    diary.cancel().await.unwrap();
    // A page number here and there is kept.
    assert!(used() < TIMERS / 2, "{} bytes are left of {TIMERS} timers that were cancelled", used());
    diary.set().await.unwrap();
    // What a printed backtrace reads of the program's symbols stays in memory.
    std::panic::set_hook(Box::new(|_| {}));
    diary.explode().tell().await.unwrap();
    diary.nothing().await.unwrap();
    assert!(used() < TIMERS / 2, "{} bytes are left of the timers of a life that is over", used());
}
