//! What a test expects of a probe, and what it says when that does not come.
//!
//! These are functions that return futures, not `async fn`, so that a report names the line of the test.

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::Probe;
use super::queue::Received;
use crate::testkit::PATIENCE;
use crate::{Message, ReplyTo, Terminated, Watchable, Watcher, short_type_name};

impl<M: Message> Probe<M> {
    /// The next message, within 3 s.
    ///
    /// # Panics
    ///
    /// If none comes. The panic says what happened instead: dead letters, failures, and which actors run.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    #[track_caller]
    pub fn expect(&self) -> impl Future<Output = M> + Send {
        self.expect_within(PATIENCE)
    }

    /// The next message, within `patience`. Panics and cancel safety are those of [`expect`](Self::expect).
    #[track_caller]
    pub fn expect_within(&self, patience: Duration) -> impl Future<Output = M> + Send {
        let caller = Location::caller();
        async move { self.receive(patience, caller).await.acknowledge() }
    }

    /// The next message, within 3 s, if it is as `expected` says. Cancel safety is that of [`expect`](Self::expect).
    ///
    /// # Panics
    ///
    /// If none comes, or if it is different.
    #[track_caller]
    pub fn expect_that(&self, expected: impl FnOnce(&M) -> bool + Send) -> impl Future<Output = M> + Send
    where
        M: fmt::Debug,
    {
        let caller = Location::caller();
        async move {
            let message = self.receive(PATIENCE, caller).await.acknowledge();
            if !expected(&message) {
                self.fail(format_args!("{message:?} came, which is not what was expected"), caller);
            }
            message
        }
    }

    /// The next message, within 3 s, and the handle that answers it. Nobody waits for the answer to a message that was
    /// told. Panics and cancel safety are those of [`expect`](Self::expect).
    #[track_caller]
    pub fn expect_request(&self) -> impl Future<Output = (M, ReplyTo<M::Reply>)> + Send {
        let caller = Location::caller();
        async move {
            let Received { message, reply } = self.receive(PATIENCE, caller).await;
            (message, reply.unwrap_or_else(|| ReplyTo::channel(None).0))
        }
    }

    /// Waits for `duration`, in which no message must come. One that is there already counts.
    ///
    /// # Panics
    ///
    /// If a message comes.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    #[track_caller]
    pub fn expect_no_message(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        let caller = Location::caller();
        async move {
            if timeout(duration, self.queue.next()).await.is_ok() {
                let kind = short_type_name::<M>();
                self.fail(format_args!("no `{kind}` was expected for {duration:?}, and one came"), caller);
            }
        }
    }

    /// The next message if there is one now.
    pub fn try_next(&self) -> Option<M> {
        self.queue.pop().map(Received::acknowledge)
    }

    /// The end of an actor, within 3 s; at once if it has ended before.
    ///
    /// # Panics
    ///
    /// If it does not end.
    #[track_caller]
    pub fn expect_terminated<W>(&self, actor: &W) -> impl Future<Output = Terminated> + Send
    where
        W: Watchable + fmt::Debug + Sync,
    {
        let caller = Location::caller();
        async move {
            let (tell, told) = oneshot::channel();
            let (watched, watch) = (actor.watched(), self.system.new_watch_id());
            // Whoever waited may have given up.
            watched.add_watcher(Watcher::call(watch, move |terminated| drop(tell.send(terminated))));
            match timeout(PATIENCE, told).await {
                Ok(Ok(terminated)) => terminated,
                _ => {
                    watched.remove_watcher(watch);
                    let missing = format_args!("the end of {actor:?} was expected within {PATIENCE:?}");
                    self.fail(format_args!("{missing}, and did not come"), caller)
                }
            }
        }
    }

    async fn receive(&self, patience: Duration, caller: &'static Location<'static>) -> Received<M> {
        match timeout(patience, self.queue.next()).await {
            Ok(received) => received,
            Err(_) => {
                let kind = short_type_name::<M>();
                self.fail(format_args!("a `{kind}` was expected within {patience:?}, and none came"), caller)
            }
        }
    }

    fn fail(&self, what: fmt::Arguments<'_>, caller: &Location<'_>) -> ! {
        let report = match self.ledger.report(&self.system) {
            report if report.is_empty() => "\n  nothing".to_owned(),
            report => report,
        };
        panic!("{what}\nexpected at {caller} by {self:?}\nwhat happened beside what was expected:{report}");
    }
}

impl<M: Message> Received<M> {
    /// Answers with `()`, if that is the answer; fails the ask otherwise.
    fn acknowledge(self) -> M {
        let unit: Box<dyn Any> = Box::new(());
        if let (Some(reply), Ok(unit)) = (self.reply, unit.downcast()) {
            reply.send(*unit);
        }
        self.message
    }
}
