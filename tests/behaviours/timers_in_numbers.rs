//! A million timers.

use actors::prelude::*;
use tokio::time::{Instant, sleep};

use crate::support::*;

const TIMERS: u32 = 1_000_000;

#[derive(Message)]
struct Ring {
    due: Instant,
    number: u32,
}

/// Looks at every tick, and keeps only numbers.
#[derive(Actor, Default)]
struct Tower {
    last: Option<(Instant, u32)>,
    rung: u32,
}

impl Handler<Ring> for Tower {
    async fn handle(&mut self, ring: Ring, _: &mut Context<Self>) {
        assert!(ring.due <= Instant::now(), "early");
        let last = self.last.replace((ring.due, ring.number));
        assert!(last < self.last, "in the order of their times, those of one time as they were set");
        assert!(!ring.number.is_multiple_of(4), "it was cancelled");
        self.rung += 1;
    }
}

#[handlers]
impl Tower {
    #[handler]
    fn set(&mut self, ctx: &mut Context<Self>) {
        let (begin, mut random) = (Instant::now(), 1u64);
        let mut to_cancel = Vec::new();
        for number in 0..TIMERS {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let delay = milliseconds((random >> 33) % 10_000 * 60);
            let timer = ctx.after(delay, Ring { due: begin + delay, number });
            if number.is_multiple_of(4) {
                to_cancel.push(timer);
            }
        }
        assert!(to_cancel.into_iter().all(|timer| ctx.cancel(timer)));
    }

    #[handler]
    fn rung(&self) -> u32 {
        self.rung
    }
}

#[tokio::test(start_paused = true)]
async fn a_million_timers_fire_in_order_and_none_early() {
    let system = ActorSystem::new();
    let tower = system.spawn(Tower::default());
    tower.set().await.unwrap();
    sleep(seconds(300)).await;
    let half = tower.rung().await.unwrap();
    assert!(half.abs_diff(TIMERS * 3 / 8) < TIMERS / 100, "{half} in half of the time");
    sleep(seconds(301)).await;
    assert_eq!(tower.rung().await, Ok(TIMERS * 3 / 4));
}
