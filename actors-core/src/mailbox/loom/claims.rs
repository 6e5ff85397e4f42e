//! Models of the claim on a mailbox: whoever has it is alone, and what calls for a turn is not lost.
#![allow(unsafe_code, reason = "`newborn` makes all of them in a `Home`")]

use std::task::Waker;

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;

use super::{model, send_to};
use crate::mailbox::{Consumer, Front, Home, Inbox, Mailbox, Outlet, Private, Ready, Release};

/// A consumer whose turns any thread may take.
struct Shop {
    inbox: Inbox<u32>,
    /// Loom finds out if two threads are here at once.
    books: Private<Books>,
    /// Something beside the mailbox, of which a turn takes note.
    notice: AtomicBool,
    tasks: AtomicUsize,
}

#[derive(Default)]
struct Books {
    sold: Vec<u32>,
    has_noticed: bool,
    ends: usize,
}

// SAFETY: `newborn` gives a `Home`.
unsafe impl Consumer for Shop {
    type Item = u32;

    fn take_turn(mut outlet: Outlet<'_, Self>) -> Option<Outlet<'_, Self>> {
        loop {
            while let Some(item) = outlet.open().1.next_front().map(Front::take) {
                outlet.private::<Books>().sold.push(item);
            }
            let notice = outlet.home().notice.load(Ordering::Acquire);
            outlet.private::<Books>().has_noticed |= notice;
            match outlet.rest(false) {
                Release::Done => return None,
                Release::Again(again) => outlet = again,
                Release::Nudged(nudged) if nudged.home().inbox.has_task() => {
                    // Its task takes the next turn, and is this thread here.
                    let shop = nudged.home();
                    assert!(matches!(nudged.hand_to_task(), Release::Done));
                    outlet = Outlet::begin(shop, Waker::noop()).expect("it was given the claim");
                }
                Release::Nudged(nudged) => match nudged.keep() {
                    Release::Again(again) => outlet = again,
                    Release::Abandoned(outlet) => {
                        Self::end(outlet);
                        return None;
                    }
                    Release::Done | Release::Nudged(_) => unreachable!("it keeps the claim"),
                },
                Release::Abandoned(outlet) => {
                    Self::end(outlet);
                    return None;
                }
            }
            thread::yield_now();
        }
    }

    fn end(mut outlet: Outlet<'_, Self>) {
        outlet.private::<Books>().ends += 1;
    }

    fn make_task(home: Home<Self>) {
        home.tasks.fetch_add(1, Ordering::AcqRel);
    }

    fn wake(_: &Home<Self>) {
        unreachable!("it never waits")
    }
}

impl AsRef<Inbox<u32>> for Shop {
    fn as_ref(&self) -> &Inbox<u32> {
        &self.inbox
    }
}

impl AsRef<Private<Books>> for Shop {
    fn as_ref(&self) -> &Private<Books> {
        &self.books
    }
}

/// A shop that has just been made.
fn newborn() -> Home<Shop> {
    Home::new(Shop {
        inbox: Inbox::new(Mailbox::unbounded()),
        books: Private::new(Books::default()),
        notice: AtomicBool::new(false),
        tasks: AtomicUsize::new(0),
    })
}

/// A shop at rest.
fn shop() -> Home<Shop> {
    let shop = newborn();
    let outlet = Outlet::begin(&shop, Waker::noop()).expect("it is about to begin");
    assert!(matches!(outlet.rest(false), Release::Done));
    shop
}

fn run(ready: Option<Ready>) {
    let mut ready = ready;
    while let Some(next) = ready {
        ready = next.take_turn();
    }
}

/// Sends a number, and takes the turn it calls for.
fn buy(shop: &Home<Shop>, number: u32) {
    send_to(&shop.inbox, number);
    run(Ready::call(shop));
}

/// Looks at the books when nobody works any more.
fn books(shop: &Home<Shop>) -> Books {
    std::mem::take(Outlet::first(shop).private())
}

#[test]
fn one_of_two_senders_takes_the_turn_for_both_and_nothing_is_left() {
    model(|| {
        let shop = shop();
        let other = {
            let shop = shop.clone();
            thread::spawn(move || buy(&shop, 1))
        };
        buy(&shop, 2);
        other.join().unwrap();
        let mut sold = books(&shop).sold;
        sold.sort_unstable();
        assert_eq!(sold, [1, 2]);
    });
}

#[test]
fn what_changes_beside_the_mailbox_is_noticed() {
    model(|| change_beside_the_mailbox(&shop()));
}

#[test]
fn what_changes_beside_the_mailbox_is_noticed_by_the_task() {
    model(|| {
        let shop = shop();
        shop.inbox.engage_task();
        change_beside_the_mailbox(&shop);
    });
}

fn change_beside_the_mailbox(shop: &Home<Shop>) {
    let other = {
        let shop = shop.clone();
        thread::spawn(move || {
            shop.notice.store(true, Ordering::Release);
            run(Ready::wake(&shop));
        })
    };
    buy(shop, 1);
    other.join().unwrap();
    let books = books(shop);
    assert!(books.has_noticed);
    assert_eq!(books.sold, [1]);
}

#[test]
fn a_consumer_whose_task_goes_away_ends_once() {
    model(|| {
        let shop = shop();
        let task = {
            let shop = shop.clone();
            thread::spawn(move || {
                if let Some(outlet) = Outlet::abandon(&shop) {
                    Shop::end(outlet);
                }
            })
        };
        buy(&shop, 1);
        task.join().unwrap();
        assert_eq!(books(&shop).ends, 1);
    });
}

#[test]
fn one_that_begins_in_line_and_is_asked_directly_begins_once() {
    model(|| {
        let shop = newborn();
        let line = {
            let newborn = Ready::newborn(&shop);
            thread::spawn(move || run(Some(newborn)))
        };
        send_to(&shop.inbox, 1);
        run(Ready::take(&shop));
        line.join().unwrap();
        // If it had begun and rested before the message came, that called for nobody yet.
        run(Ready::call(&shop));
        assert_eq!(books(&shop).sold, [1]);
    });
}

#[test]
fn a_task_is_made_once_and_has_the_claim() {
    model(|| {
        let shop = shop();
        let other = {
            let shop = shop.clone();
            thread::spawn(move || {
                send_to(&shop.inbox, 1);
                Ready::call(&shop).into_iter().for_each(Ready::hand_to_task);
            })
        };
        send_to(&shop.inbox, 2);
        Ready::call(&shop).into_iter().for_each(Ready::hand_to_task);
        other.join().unwrap();
        assert_eq!(shop.tasks.load(Ordering::Acquire), 1);
        let outlet = Outlet::begin(&shop, Waker::noop()).expect("it was given the claim");
        assert!(Shop::take_turn(outlet).is_none());
        assert_eq!(books(&shop).sold.len(), 2);
    });
}
