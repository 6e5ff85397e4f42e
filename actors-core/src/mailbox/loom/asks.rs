//! Models of a question, its answer, and the roll of those who wait.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use super::model;
use crate::mailbox::{Asking, Roll, Terms, Wakers};

impl<R> Terms<R> for () {
    fn came_late(&self, _: &R) {}
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
