//! Turns that whoever asks takes itself, instead of waking the task of the actor that it asks.
//!
//! A question to an actor at rest is answered soonest by whoever asks it: it has nothing else to do than to wait, and the actor's
//! state is free. So a task that asks takes the turn, if that is known to be short: the last questions to the actor were answered
//! within [`SHORT`]. A turn that takes longer than that is the last one for a while, so that whoever asks several actors at once, or
//! wants to give up in time, waits in vain for one such turn at most.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{self, coop};

use crate::error::AskError;
use crate::kernel::ask::{Asker, DeadlineQueue, Limit, Posted};
use crate::kernel::host::Host;
use crate::kernel::request::Request;
use crate::message::{Message, ReplyKind};

/// What a turn may take of the time of whoever asks.
const SHORT: Duration = Duration::from_micros(100);

/// So many answers in a row have to come within that time before an asker takes a turn.
const LESSONS: i8 = 16;

/// So many more after one that did not.
const PENALTY: i8 = 64;

/// Whether askers may take an actor's turns.
pub(crate) struct Ease(AtomicI8);

/// What an asker may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Way {
    /// Ask, and wait.
    Ask,
    /// Ask, and tell how long the answer took.
    Learn,
    /// Take the turn.
    Direct,
}

impl Ease {
    pub(crate) fn new() -> Self {
        Self(AtomicI8::new(0))
    }

    #[inline]
    pub(crate) fn way(&self) -> Way {
        if self.0.load(Ordering::Relaxed) >= LESSONS { Way::Direct } else { Way::Learn }
    }

    /// An answer took so long. Those who ask at the same time may count one less.
    pub(crate) fn learn(&self, took: Duration, way: Way) {
        let known = self.0.load(Ordering::Relaxed);
        if took > SHORT {
            // Others may have been in the way of one that was waited for.
            if way == Way::Direct {
                self.0.store(-PENALTY, Ordering::Relaxed);
            }
        } else if known < LESSONS {
            self.0.store(known + 1, Ordering::Relaxed);
        }
    }
}

thread_local! {
    /// The task that was last found to be one of the runtime of this system.
    static KNOWN: Cell<Option<(task::Id, *const ())>> = const { Cell::new(None) };
}

/// Whether what runs here runs in the runtime of this system, so that handlers find there what they expect.
#[inline]
pub(crate) fn is_at_home(host: &Arc<dyn Host>) -> bool {
    let here = task::try_id().map(|task| (task, Arc::as_ptr(host).cast::<()>()));
    if here.is_some() && KNOWN.try_with(Cell::get).is_ok_and(|known| known == here) {
        return true;
    }
    let is_at_home = Handle::try_current().is_ok_and(|current| current.id() == host.runtime().id());
    if is_at_home {
        let _ = KNOWN.try_with(|known| known.set(here));
    }
    is_at_home
}

/// Whether this is a task of that runtime.
pub(crate) fn is_task_at_home(host: &Arc<dyn Host>) -> bool {
    task::try_id().is_some() && is_at_home(host)
}

impl<M: Message> Request<'_, M> {
    /// Asks, and takes the turn in which that is answered.
    #[inline(never)]
    pub(super) fn ask_directly(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<<M::Kind as ReplyKind<M::Reply>>::Answer> {
        // Spends some of what the task may do in one poll.
        if let Poll::Ready(spent) = coop::poll_proceed(cx) {
            spent.made_progress();
        }
        let (message, began, until) = self.begin();
        let (asker, question) = Asker::<M>::new(message, Limit::watched(until), None);
        let asker = self.asker.insert(asker);
        let sent = self.target.ask_directly(Posted::new(question), &|| asker.is_settled());
        if let Err(refusal) = sent {
            return self.wait_longer(Some(refusal), until, cx).map(M::Kind::answer);
        }
        let deadlines = self.target.deadlines();
        if !asker.is_settled() {
            let Some(queue) = deadlines else {
                return self.wait_longer(None, until, cx).map(M::Kind::answer);
            };
            queue.add::<M>(asker, until, self.timeout);
            ready!(asker.poll_settled(cx));
            return Poll::Ready(M::Kind::answer(self.take_answer()));
        }
        let took = began.elapsed();
        self.target.learn(took, Way::Direct);
        if took > self.timeout {
            deadlines.into_iter().for_each(DeadlineQueue::count_late_answer);
            return self.refuse(AskError::Timeout(self.timeout));
        }
        Poll::Ready(M::Kind::answer(self.take_answer()))
    }
}
