//! Models of the mailbox: every order of steps of a few threads, as far as loom's bound on preemptions goes.

mod asks;
mod claims;
mod homes;

use std::future::poll_fn;
use std::ptr::NonNull;
use std::task::Poll;

use loom::future::block_on;
use loom::thread;

use super::{
    Consumer, Entrance, Front, Home, Inbox, Item, Lane, Mailbox, Offer, OnFull, Outlet, Ready, Release,
};

#[allow(unsafe_code, reason = "the trait's contract")]
impl Item for u32 {
    type Rest = Self;

    fn split(self) -> (NonNull<()>, Self) {
        (NonNull::dangling(), self)
    }

    unsafe fn join(_: NonNull<()>, number: Self) -> Self {
        number
    }

    fn is_droppable(&self) -> bool {
        true
    }
}

/// What a sender that waits keeps alive.
struct Keeper(Inbox<u32>);

impl AsRef<Inbox<u32>> for Keeper {
    fn as_ref(&self) -> &Inbox<u32> {
        &self.0
    }
}

#[allow(unsafe_code, reason = "`home` makes all of them")]
// SAFETY: `home` gives a `Home`.
unsafe impl Consumer for Keeper {
    type Item = u32;

    fn take_turn(_: Outlet<'_, Self>) -> Option<Outlet<'_, Self>> {
        unreachable!("the task takes all turns")
    }

    fn end(_: Outlet<'_, Self>) {}

    fn make_task(_: Home<Self>) {
        unreachable!("it is there")
    }

    fn wake(_: &Home<Self>) {
        unreachable!("its task is woken")
    }
}

/// With a task, which is about to begin.
fn home(mailbox: Mailbox) -> Home<Keeper> {
    let home = Home::new(Keeper(Inbox::new(mailbox)));
    home.0.engage_task();
    home
}

fn model(check: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    if builder.preemption_bound.is_none() {
        builder.preemption_bound = Some(2);
    }
    builder.check(check);
}

/// After a push: somebody has to take it out.
fn call(home: &Home<Keeper>) {
    if home.0.is_resting()
        && let Some(ready) = Ready::call(home)
    {
        ready.hand_to_task();
    }
}

/// Into an open queue without a bound.
fn send_to(inbox: &Inbox<u32>, number: u32) {
    if let Err(number) = inbox.push(number, |number| number) {
        assert!(matches!(inbox.offer(number, Lane::User), Offer::Queued));
    }
}

/// As references do: at once if possible.
fn send(home: &Home<Keeper>, number: u32) -> Offer<u32> {
    let offer = match home.0.push(number, |number| number) {
        Ok(()) => Offer::Queued,
        Err(number) => home.0.offer(number, Lane::User),
    };
    call(home);
    offer
}

/// The task of the consumer, until it has taken one.
async fn take(home: &Home<Keeper>) -> u32 {
    poll_fn(|cx| {
        let Some(mut outlet) = Outlet::begin(home, cx.waker()) else { return Poll::Pending };
        loop {
            if let Some(number) = outlet.open().1.next_front().map(Front::take) {
                // The claim stays the task's.
                assert!(matches!(outlet.hand_to_task(), Release::Done));
                return Poll::Ready(number);
            }
            match outlet.rest(false) {
                Release::Done => return Poll::Pending,
                // A producer has its place, and is about to write.
                Release::Again(again) => outlet = again,
                Release::Nudged(_) | Release::Abandoned(_) => unreachable!("nobody does that"),
            }
            loom::thread::yield_now();
        }
    })
    .await
}

#[test]
fn two_producers_lose_nothing_and_keep_their_order() {
    model(|| {
        let home = home(Mailbox::unbounded());
        let producers: Vec<_> = [vec![10, 11], vec![20]]
            .into_iter()
            .map(|numbers| {
                let home = home.clone();
                thread::spawn(move || {
                    for number in numbers {
                        assert!(matches!(send(&home, number), Offer::Queued));
                    }
                })
            })
            .collect();
        let taken = block_on(async {
            let mut taken = Vec::new();
            while taken.len() < 3 {
                taken.push(take(&home).await);
            }
            taken
        });
        assert!(taken.contains(&20));
        assert_eq!(taken.iter().filter(|number| **number < 20).collect::<Vec<_>>(), [&10, &11]);
        for producer in producers {
            producer.join().unwrap();
        }
    });
}

#[test]
fn a_queue_that_has_grown_long_keeps_its_order() {
    model(|| {
        let home = home(Mailbox::unbounded());
        // The consumer is in its first block still when the third one is linked in, a large one.
        (0..4).for_each(|number| assert!(matches!(send(&home, number), Offer::Queued)));
        let producer = {
            let home = home.clone();
            thread::spawn(move || assert!(matches!(send(&home, 4), Offer::Queued)))
        };
        block_on(async {
            for number in 0..5 {
                assert_eq!(take(&home).await, number);
            }
        });
        producer.join().unwrap();
    });
}

#[test]
fn an_express_item_wakes_the_consumer() {
    model(|| {
        let home = home(Mailbox::unbounded());
        let producer = {
            let home = home.clone();
            thread::spawn(move || {
                home.0.force(1, Lane::System).unwrap();
                call(&home);
            })
        };
        assert_eq!(block_on(take(&home)), 1);
        producer.join().unwrap();
    });
}

#[test]
fn what_is_pushed_while_the_queue_closes_comes_back_or_is_left_over() {
    for lane in [Lane::User, Lane::System] {
        model(move || {
            let home = home(Mailbox::unbounded());
            home.0.force(0, Lane::User).unwrap();
            let producer = {
                let home = home.clone();
                thread::spawn(move || home.0.force(1, lane).is_err())
            };
            let left = Outlet::first(&home).open().1.close();
            let came_back = producer.join().unwrap();
            assert_eq!(left.contains(&1), !came_back);
            assert!(left.contains(&0));
        });
    }
}

#[test]
fn what_is_pushed_while_somebody_else_has_the_queue_refuse_is_taken_or_comes_back() {
    for (lane, policy) in
        [(Lane::User, OnFull::Wait), (Lane::System, OnFull::Wait), (Lane::User, OnFull::DropOldest)]
    {
        model(move || {
            let home = home(Mailbox::bounded(2).on_full(policy));
            let producer = {
                let home = home.clone();
                thread::spawn(move || !matches!(home.0.offer(1, lane), Offer::Queued))
            };
            let refuser = {
                let home = home.clone();
                thread::spawn(move || home.0.refuse())
            };
            let mut taken = Outlet::first(&home).open().1.drain();
            refuser.join().unwrap();
            assert!(matches!(home.0.offer(2, lane), Offer::Closed(2)));
            taken.extend(Outlet::first(&home).open().1.drain());
            let came_back = producer.join().unwrap();
            taken.extend(Outlet::first(&home).open().1.close());
            assert_eq!(taken == [1], !came_back);
        });
    }
}

#[test]
fn a_waiting_sender_is_let_in() {
    model(|| {
        let home = home(Mailbox::bounded(1));
        assert!(matches!(send(&home, 1), Offer::Queued));
        let sender = {
            let home = home.clone();
            thread::spawn(move || {
                let offer = block_on(Entrance::new(home.clone(), 2, Lane::User));
                call(&home);
                offer
            })
        };
        let taken = block_on(async { [take(&home).await, take(&home).await] });
        assert_eq!(taken, [1, 2]);
        assert!(matches!(sender.join().unwrap(), Offer::Queued));
        assert!(home.0.counts_agree());
    });
}

#[test]
fn a_waiting_sender_gets_its_item_back_when_the_queue_closes() {
    model(|| {
        let home = home(Mailbox::bounded(1));
        assert!(matches!(send(&home, 1), Offer::Queued));
        let sender = {
            let home = home.clone();
            thread::spawn(move || {
                let offer = block_on(Entrance::new(home.clone(), 2, Lane::User));
                call(&home);
                offer
            })
        };
        assert_eq!(Outlet::first(&home).open().1.close(), [1]);
        assert!(matches!(sender.join().unwrap(), Offer::Closed(2)));
        assert!(home.0.counts_agree());
    });
}

#[test]
fn dropping_the_oldest_and_taking_it_do_not_meet() {
    model(|| {
        let home = home(Mailbox::bounded(1).on_full(OnFull::DropOldest));
        assert!(matches!(send(&home, 1), Offer::Queued));
        let sender = {
            let home = home.clone();
            thread::spawn(move || send(&home, 2))
        };
        let first = block_on(take(&home));
        match sender.join().unwrap() {
            Offer::Displaced(1) => assert_eq!(first, 2),
            Offer::Queued => assert_eq!((first, Outlet::first(&home).open().1.try_pop()), (1, Some(2))),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn what_is_displaced_while_the_queue_closes_is_told_or_left_over() {
    model(|| {
        let home = home(Mailbox::bounded(1).on_full(OnFull::DropOldest));
        assert!(matches!(send(&home, 1), Offer::Queued));
        let sender = {
            let home = home.clone();
            thread::spawn(move || send(&home, 2))
        };
        let left = Outlet::first(&home).open().1.close();
        match sender.join().unwrap() {
            Offer::Displaced(1) => assert_eq!(left, [2]),
            Offer::Closed(2) => assert_eq!(left, [1]),
            other => panic!("{other:?}"),
        }
    });
}
