//! How many orders may be on their way at the same time, and how far the fastest may get ahead.
//!
//! Whatever a service must remember lies between the oldest order on its way and the newest. Bounding that
//! stretch bounds the memory of everything, however many orders there are.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::numbers::Numbers;

/// Orders on their way at the same time.
const IN_FLIGHT: u64 = 256;
/// From the oldest order on its way to the newest.
const SPAN: u64 = 4_096;

#[derive(Debug, Default)]
pub(crate) struct Window {
    state: Mutex<State>,
    landed: Notify,
}

#[derive(Debug, Default)]
struct State {
    in_flight: u64,
    landed: Numbers,
}

/// An order's leave to be on its way; dropping it ends that, however the order's actor ended.
#[derive(Debug)]
pub(crate) struct Ticket {
    window: Arc<Window>,
    number: u64,
}

impl Window {
    /// Waits until order `number` may start. One caller at a time, with the orders in sequence.
    pub(crate) async fn admit(self: &Arc<Self>, number: u64) -> Ticket {
        while !self.state().start(number) {
            self.landed.notified().await;
        }
        Ticket { window: Arc::clone(self), number }
    }

    /// The oldest order that may be on its way: all before it have landed.
    pub(crate) fn floor(&self) -> u64 {
        self.state().landed.mark() + 1
    }

    /// How many orders have landed.
    pub(crate) fn landed(&self) -> u64 {
        self.state().landed.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn start(&mut self, number: u64) -> bool {
        let may_start = self.in_flight < IN_FLIGHT && number <= self.landed.mark() + SPAN;
        self.in_flight += u64::from(may_start);
        may_start
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.window.state();
        state.in_flight -= 1;
        state.landed.insert(self.number);
        drop(state);
        self.window.landed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_order_waits_while_too_many_are_on_their_way() {
        let window = Arc::new(Window::default());
        let mut tickets = Vec::new();
        for number in 1..=IN_FLIGHT {
            tickets.push(window.admit(number).await);
        }
        let next = tokio::spawn({
            let window = Arc::clone(&window);
            async move { window.admit(IN_FLIGHT + 1).await }
        });
        tokio::task::yield_now().await;
        assert!(!next.is_finished());
        tickets.remove(1);
        let _next = next.await.unwrap();
        assert_eq!((window.floor(), window.landed()), (1, 1));
        tickets.remove(0);
        assert_eq!((window.floor(), window.landed()), (3, 2));
    }

    #[tokio::test]
    async fn no_order_gets_too_far_ahead_of_the_oldest() {
        let window = Arc::new(Window::default());
        let oldest = window.admit(1).await;
        for number in 2..=SPAN {
            drop(window.admit(number).await);
        }
        assert!(!window.state().start(SPAN + 1));
        drop(oldest);
        assert!(window.state().start(SPAN + 1));
    }
}
