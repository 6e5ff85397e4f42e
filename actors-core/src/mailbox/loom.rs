//! Models of the mailbox: every order of steps of a few threads, as far as loom's bound on preemptions goes.

use std::future::poll_fn;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use super::{
    Asking, Entrance, Front, Inbox, Item, Lane, Mailbox, Offer, OnFull, Outlet, Roll, Terms, Wakers,
};

impl<R> Terms<R> for () {
    fn came_late(&self, _: &R) {}
}

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
struct Home(Inbox<u32>);

impl AsRef<Inbox<u32>> for Home {
    fn as_ref(&self) -> &Inbox<u32> {
        &self.0
    }
}

fn home(mailbox: Mailbox) -> (Arc<Home>, Outlet<Home>) {
    let home = Arc::new(Home(Inbox::new(mailbox)));
    let outlet = Outlet::new(home.clone());
    (home, outlet)
}

fn model(check: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    if builder.preemption_bound.is_none() {
        builder.preemption_bound = Some(2);
    }
    builder.check(check);
}

/// As references do: at once if possible.
fn send(home: &Home, number: u32) -> Offer<u32> {
    match home.0.push(number, |number| number) {
        Ok(()) => Offer::Queued,
        Err(number) => home.0.offer(number, Lane::User),
    }
}

async fn take(outlet: &mut Outlet<Home>) -> u32 {
    poll_fn(|cx| {
        let (_, mut reader) = outlet.open();
        reader.remember_consumer(cx.waker());
        reader.poll_front().map(Front::take)
    })
    .await
}

#[test]
fn two_producers_lose_nothing_and_keep_their_order() {
    model(|| {
        let (home, mut outlet) = home(Mailbox::unbounded());
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
                taken.push(take(&mut outlet).await);
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
        let (home, mut outlet) = home(Mailbox::unbounded());
        // The consumer is in its first block still when the third one is linked in, a large one.
        (0..4).for_each(|number| assert!(matches!(send(&home, number), Offer::Queued)));
        let producer = {
            let home = home.clone();
            thread::spawn(move || assert!(matches!(send(&home, 4), Offer::Queued)))
        };
        block_on(async {
            for number in 0..5 {
                assert_eq!(take(&mut outlet).await, number);
            }
        });
        producer.join().unwrap();
    });
}

#[test]
fn an_express_item_wakes_the_consumer() {
    model(|| {
        let (home, mut outlet) = home(Mailbox::unbounded());
        let producer = {
            let home = home.clone();
            thread::spawn(move || home.0.force(1, Lane::System).unwrap())
        };
        assert_eq!(block_on(take(&mut outlet)), 1);
        producer.join().unwrap();
    });
}

#[test]
fn what_is_pushed_while_the_queue_closes_comes_back_or_is_left_over() {
    for lane in [Lane::User, Lane::System] {
        model(move || {
            let (home, mut outlet) = home(Mailbox::unbounded());
            home.0.force(0, Lane::User).unwrap();
            let producer = {
                let home = home.clone();
                thread::spawn(move || home.0.force(1, lane).is_err())
            };
            let left = outlet.open().1.close();
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
            let (home, mut outlet) = home(Mailbox::bounded(2).on_full(policy));
            let producer = {
                let home = home.clone();
                thread::spawn(move || !matches!(home.0.offer(1, lane), Offer::Queued))
            };
            let refuser = {
                let home = home.clone();
                thread::spawn(move || home.0.refuse())
            };
            let mut taken = outlet.open().1.drain();
            refuser.join().unwrap();
            assert!(matches!(home.0.offer(2, lane), Offer::Closed(2)));
            taken.extend(outlet.open().1.drain());
            let came_back = producer.join().unwrap();
            taken.extend(outlet.open().1.close());
            assert_eq!(taken == [1], !came_back);
        });
    }
}

#[test]
fn a_waiting_sender_is_let_in() {
    model(|| {
        let (home, mut outlet) = home(Mailbox::bounded(1));
        assert!(matches!(send(&home, 1), Offer::Queued));
        let sender = {
            let home = home.clone();
            thread::spawn(move || block_on(Entrance::new(home, 2, Lane::User)))
        };
        let taken = block_on(async { [take(&mut outlet).await, take(&mut outlet).await] });
        assert_eq!(taken, [1, 2]);
        assert!(matches!(sender.join().unwrap(), Offer::Queued));
    });
}

#[test]
fn a_waiting_sender_gets_its_item_back_when_the_queue_closes() {
    model(|| {
        let (home, mut outlet) = home(Mailbox::bounded(1));
        assert!(matches!(send(&home, 1), Offer::Queued));
        let sender = {
            let home = home.clone();
            thread::spawn(move || block_on(Entrance::new(home, 2, Lane::User)))
        };
        assert_eq!(outlet.open().1.close(), [1]);
        assert!(matches!(sender.join().unwrap(), Offer::Closed(2)));
    });
}

#[test]
fn dropping_the_oldest_and_taking_it_do_not_meet() {
    model(|| {
        let (home, mut outlet) = home(Mailbox::bounded(1).on_full(OnFull::DropOldest));
        assert!(matches!(send(&home, 1), Offer::Queued));
        let sender = {
            let home = home.clone();
            thread::spawn(move || send(&home, 2))
        };
        let first = block_on(take(&mut outlet));
        match sender.join().unwrap() {
            Offer::Displaced(1) => assert_eq!(first, 2),
            Offer::Queued => assert_eq!((first, outlet.open().1.try_pop()), (1, Some(2))),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn what_is_displaced_while_the_queue_closes_is_told_or_left_over() {
    model(|| {
        let (home, mut outlet) = home(Mailbox::bounded(1).on_full(OnFull::DropOldest));
        assert!(matches!(send(&home, 1), Offer::Queued));
        let sender = {
            let home = home.clone();
            thread::spawn(move || send(&home, 2))
        };
        let left = outlet.open().1.close();
        match sender.join().unwrap() {
            Offer::Displaced(1) => assert_eq!(left, [2]),
            Offer::Closed(2) => assert_eq!(left, [1]),
            other => panic!("{other:?}"),
        }
    });
}

/// Every way in which a question ends, at once.
#[test]
fn an_answer_an_expiry_and_an_asker_that_gives_up_agree() {
    for left_waker in [false, true] {
        model(move || {
            let dropped = Arc::new(());
            let roll = Arc::new(Roll::new(1));
            let waker = left_waker.then_some(Waker::noop());
            let (mut asking, question) = Asking::<_, _, _, ()>::new(1, (), waker);
            asking.enroll(&roll);
            let answerer = {
                let answer = dropped.clone();
                thread::spawn(move || {
                    let (question, answerer) = question.open();
                    assert_eq!(question, 1);
                    answerer.answer(answer).is_ok()
                })
            };
            let timer = {
                let roll = roll.clone();
                thread::spawn(move || roll.call(|course| Some(course.expire()), Wakers::wake))
            };
            block_on(poll_fn(|cx| asking.poll_settled(cx)));
            let outcome = asking.into_answer();
            let (answered, ()) = (answerer.join().unwrap(), timer.join().unwrap());
            assert_eq!(outcome.is_ok(), answered);
            drop(outcome);
            assert_eq!(Arc::strong_count(&dropped), 1, "the answer was dropped once");
        });
    }
}

/// The memory goes with the second of the two, and what the roll lends is there meanwhile.
#[test]
fn an_asker_leaves_the_roll_while_it_is_called() {
    for gives_up in [false, true] {
        model(move || {
            let roll = Arc::new(Roll::new(1));
            let (mut asking, question) = Asking::<_, _, _, ()>::new(1, (), Some(Waker::noop()));
            asking.enroll(&roll);
            let timer = {
                let roll = roll.clone();
                thread::spawn(move || roll.call(|course| Some(course.is_open()), drop))
            };
            if gives_up {
                drop(asking);
                drop(question);
            } else {
                question.open().1.answer(2).unwrap();
                assert!(matches!(asking.into_answer(), Ok(2)));
            }
            timer.join().unwrap();
        });
    }
}

/// What the queue of deadlines relies on: a new asker is called, or sees what was done before the call. The second place
/// makes the roll grow.
#[test]
fn whoever_enters_a_roll_is_called_or_knows_of_the_call() {
    for before in 0..3 {
        model(move || {
            let roll = Arc::new(Roll::new(1));
            let is_called = Arc::new(AtomicBool::new(false));
            let ask = |roll: &Roll<()>| {
                let (mut asking, answerer) = Asking::<u32, u32, _, ()>::without_question(());
                asking.enroll(roll);
                (asking, answerer)
            };
            let there: Vec<_> = (0..before).map(|_| ask(&roll)).collect();
            let caller = {
                let (roll, is_called) = (roll.clone(), is_called.clone());
                thread::spawn(move || {
                    is_called.store(true, Ordering::Release);
                    let mut count = 0;
                    roll.call(|_| Some(()), |()| count += 1);
                    count
                })
            };
            let asking = ask(&roll);
            let knows = is_called.load(Ordering::Acquire);
            let called = caller.join().unwrap();
            assert!(called >= before);
            assert!(knows || called == before + 1);
            drop((there, asking));
        });
    }
}

#[test]
fn an_asker_that_gives_up_and_an_answerer_drop_the_answer_once() {
    for polled in [false, true] {
        model(move || {
            let dropped = Arc::new(());
            let (mut asking, answerer) = Asking::<u32, _, _, ()>::without_question(());
            let answerer = {
                let answer = dropped.clone();
                thread::spawn(move || drop(answerer.answer(answer)))
            };
            if polled {
                let mut look = || block_on(poll_fn(|cx| Poll::Ready(asking.poll_settled(cx).is_ready())));
                // Another waker takes the first one's place.
                let _ = look() || look();
            }
            drop(asking);
            answerer.join().unwrap();
            assert_eq!(Arc::strong_count(&dropped), 1);
        });
    }
}

/// An answerer finds one of the two wakers, whole, or the asker finds the answer.
#[test]
fn an_asker_that_changes_its_waker_is_woken() {
    model(|| {
        let (mut asking, answerer) = Asking::<u32, _, _, ()>::without_question(());
        let nobody = Arc::new(Nobody);
        let first = Waker::from(nobody.clone());
        let looked = asking.poll_settled(&mut Context::from_waker(&first));
        let answerer = thread::spawn(move || answerer.answer(7).unwrap());
        if looked.is_pending() {
            block_on(poll_fn(|cx| asking.poll_settled(cx)));
        }
        assert!(matches!(asking.into_answer(), Ok(7)));
        answerer.join().unwrap();
        drop(first);
        assert_eq!(Arc::strong_count(&nobody), 1, "each waker was dropped once");
    });
}

struct Nobody;

impl std::task::Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn a_question_that_is_left_goes_once_whatever_becomes_of_its_asker() {
    model(|| {
        let dropped = Arc::new(());
        let (asking, question) = Asking::<_, u32, _, ()>::new(dropped.clone(), (), None);
        let mailbox = thread::spawn(move || drop(question));
        drop(asking);
        mailbox.join().unwrap();
        assert_eq!(Arc::strong_count(&dropped), 1);
    });
}

#[test]
fn an_answerer_learns_that_nobody_waits_any_more() {
    model(|| {
        let (asking, answerer) = Asking::<u32, u32, _, ()>::without_question(());
        let answerer = answerer.into_any();
        let asker = thread::spawn(move || drop(asking));
        block_on(poll_fn(|cx| answerer.poll_closed(cx)));
        assert!(!answerer.course().is_open());
        asker.join().unwrap();
    });
}
