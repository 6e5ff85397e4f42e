//! The mailbox against the plainest model of one: a queue with a length.

use std::collections::VecDeque;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;

use super::{Home, Inbox, Item, Lane, Mailbox, Offer, OnFull, Outlet};

/// Counts how often it is dropped, so that nothing is lost or dropped twice.
#[derive(Debug)]
pub(super) struct Counted(u32, Arc<AtomicU32>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

#[allow(unsafe_code, reason = "the trait's contract")]
impl Item for Counted {
    type Rest = Self;

    fn split(self) -> (NonNull<()>, Self) {
        (NonNull::dangling(), self)
    }

    unsafe fn join(_: NonNull<()>, counted: Self) -> Self {
        counted
    }

    // Every fifth stands for a stop marker.
    fn is_droppable(&self) -> bool {
        !self.0.is_multiple_of(5)
    }
}

/// What holds the mailbox.
struct Keeper(Inbox<Counted>);

impl AsRef<Inbox<Counted>> for Keeper {
    fn as_ref(&self) -> &Inbox<Counted> {
        &self.0
    }
}

#[derive(Debug, Clone)]
enum Step {
    Offer(bool),
    Force,
    Signal,
    Pop,
    Drain,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => any::<bool>().prop_map(Step::Offer),
        1 => Just(Step::Force),
        1 => Just(Step::Signal),
        5 => Just(Step::Pop),
        1 => Just(Step::Drain),
    ];
    prop::collection::vec(step, 0..200)
}

fn policy() -> impl Strategy<Value = OnFull> {
    prop_oneof![Just(OnFull::Wait), Just(OnFull::Reject), Just(OnFull::DropNewest), Just(OnFull::DropOldest)]
}

proptest! {
    #[test]
    fn the_mailbox_is_a_bounded_queue(steps in steps(), bound in 1usize..20, on_full in policy()) {
        let dropped = Arc::new(AtomicU32::new(0));
        let home = Home::new(Keeper(Inbox::new(Mailbox::bounded(bound).on_full(on_full))));
        let (inbox, mut outlet) = (&home.0, Outlet::first(&home));
        let (mut signals, mut user, mut urgent) = (VecDeque::<u32>::new(), VecDeque::<u32>::new(), VecDeque::<u32>::new());
        let mut made = 0;
        for step in steps {
            made += 1;
            let item = Counted(made, dropped.clone());
            match step {
                Step::Offer(false) => {
                    let full = user.len() + urgent.len() >= bound;
                    let oldest = user.iter().position(|number| number % 5 != 0);
                    let offer = inbox.push(item, |item| item).map_or_else(|item| inbox.offer(item, Lane::User), |()| Offer::Queued);
                    match (offer, full, on_full) {
                        (Offer::Queued, false, _) => user.push_back(made),
                        (Offer::Full(back), true, OnFull::Wait | OnFull::Reject) => prop_assert_eq!(back.0, made),
                        (Offer::Discarded(back), true, OnFull::DropNewest) => prop_assert_eq!(back.0, made),
                        (Offer::Displaced(back), true, OnFull::DropOldest) => {
                            prop_assert_eq!(Some(back.0), oldest.and_then(|at| user.remove(at)));
                            user.push_back(made);
                        }
                        (Offer::Discarded(back), true, OnFull::DropOldest) => {
                            prop_assert_eq!(oldest, None);
                            prop_assert_eq!(back.0, made);
                        }
                        (offer, ..) => prop_assert!(false, "{offer:?} with {} of {bound}", user.len()),
                    }
                }
                Step::Offer(true) => {
                    if let Offer::Queued = inbox.offer(item, Lane::Urgent) {
                        prop_assert!(user.len() + urgent.len() < bound);
                        urgent.push_back(made);
                    } else {
                        prop_assert!(user.len() + urgent.len() >= bound);
                        if on_full == OnFull::DropOldest {
                            // Whichever was sacrificed: the model follows what is left.
                            (signals, user, urgent) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
                            outlet.open().1.drain();
                        }
                    }
                }
                Step::Force => {
                    prop_assert!(inbox.force(item, Lane::User).is_ok());
                    user.push_back(made);
                }
                Step::Signal => {
                    prop_assert!(inbox.force(item, Lane::System).is_ok());
                    signals.push_back(made);
                }
                Step::Pop => {
                    made -= 1;
                    drop(item);
                    dropped.fetch_sub(1, Ordering::Relaxed);
                    let expected = signals.pop_front().or_else(|| urgent.pop_front()).or_else(|| user.pop_front());
                    prop_assert_eq!(outlet.open().1.try_pop().map(|item| item.0), expected);
                    // Tells producers at once, as the run loop does before it waits.
                    outlet.open().1.publish();
                }
                Step::Drain => {
                    made -= 1;
                    drop(item);
                    dropped.fetch_sub(1, Ordering::Relaxed);
                    let drained: Vec<_> = outlet.open().1.drain().iter().map(|item| item.0).collect();
                    let expected: Vec<_> = signals.drain(..).chain(urgent.drain(..)).chain(user.drain(..)).collect();
                    prop_assert_eq!(drained, expected);
                    outlet.open().1.publish();
                }
            }
            prop_assert_eq!(inbox.len(), user.len() + urgent.len());
            prop_assert!(inbox.counts_agree());
        }
        let left: Vec<_> = outlet.open().1.close().iter().map(|item| item.0).collect();
        prop_assert_eq!(left, signals.into_iter().chain(urgent).chain(user).collect::<Vec<_>>());
        prop_assert!(matches!(inbox.offer(Counted(0, dropped.clone()), Lane::User), Offer::Closed(_)));
        drop(home);
        prop_assert_eq!(dropped.load(Ordering::Relaxed), made + 1, "each was dropped once");
    }
}
