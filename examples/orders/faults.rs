//! Failures on purpose: panics by the count of calls, declines by the number of the order.

use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes every N-th call of a service panic. Clones count together, across the lives of the service.
#[derive(Clone, Debug)]
pub(crate) struct Crashes {
    every: Option<u64>,
    calls: Arc<AtomicU64>,
}

/// Where in a handler a crash hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Nothing was done yet.
    BeforeEffect,
    /// The effect is in the books, but the service does not know so yet.
    AfterBooking,
    /// All is done but the answer.
    BeforeAnswer,
}

/// What is to happen to one call.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fate(Option<Moment>);

impl Crashes {
    pub(crate) fn every(every: Option<u64>) -> Self {
        Self { every, calls: Arc::default() }
    }

    /// Counts a call. Every N-th one will crash, in turn at each of the three moments.
    pub(crate) fn next_call(&self) -> Fate {
        let Some(every) = self.every else { return Fate(None) };
        let call = 1 + self.calls.fetch_add(1, Ordering::Relaxed);
        if !call.is_multiple_of(every) {
            return Fate(None);
        }
        Fate(Some(match call / every % 3 {
            1 => Moment::BeforeEffect,
            2 => Moment::AfterBooking,
            _ => Moment::BeforeAnswer,
        }))
    }
}

impl Fate {
    /// Panics if this is the moment at which the call is to crash. It unwinds as any panic does, but without
    /// the panic hook's report: hundreds of intended ones would hide one that is not.
    pub(crate) fn strike(self, moment: Moment) {
        if self.0 == Some(moment) {
            panic::resume_unwind(Box::new(format!("a crash on purpose: {moment:?}")));
        }
    }
}

/// Who declines which orders. It hangs on the order's number alone, so every run declines the same ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declines(pub(crate) Option<u64>);

impl Declines {
    pub(crate) fn by_payments(self, number: u64) -> bool {
        self.turn(number).is_some_and(|turn| turn % 2 == 1)
    }

    pub(crate) fn by_shipping(self, number: u64) -> bool {
        self.turn(number).is_some_and(|turn| turn % 2 == 0)
    }

    /// Of the orders that are declined, the how manieth this is, from 1.
    fn turn(self, number: u64) -> Option<u64> {
        let every = self.0?;
        number.is_multiple_of(every).then(|| number / every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nth_call_crashes_at_each_moment_in_turn() {
        let crashes = Crashes::every(Some(2));
        let moments: Vec<_> = (0..8).map(|_| crashes.clone().next_call().0).collect();
        let [before, middle, after] =
            [Moment::BeforeEffect, Moment::AfterBooking, Moment::BeforeAnswer].map(Some);
        assert_eq!(moments, [None, before, None, middle, None, after, None, before]);
    }

    #[test]
    fn without_the_option_nothing_fails() {
        let crashes = Crashes::every(None);
        assert!((0..100).all(|_| crashes.next_call() == Fate(None)));
        assert!((1..100).all(|n| !Declines(None).by_payments(n) && !Declines(None).by_shipping(n)));
    }

    #[test]
    fn every_nth_order_is_declined_by_payments_and_shipping_in_turn() {
        let declines = Declines(Some(3));
        let by = |who: fn(Declines, u64) -> bool| (1..13).filter(|n| who(declines, *n)).collect::<Vec<_>>();
        assert_eq!(by(Declines::by_payments), [3, 9]);
        assert_eq!(by(Declines::by_shipping), [6, 12]);
    }
}
