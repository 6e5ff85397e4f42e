//! The task of a feed: gives events to members, keeps the order of each key, tries again, hands over.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use tokio::task::JoinSet;

use super::any_event::{AnyEvent, DeadEvent, Payload};
use super::consumer::{Consumer, Handled};
use super::feed::{Change, Entry, Feed, Member};
use crate::kernel::context::guard_panics;
use crate::mailbox::Outlet;
use crate::observe::DeadLetterReason;

/// Runs until the feed has closed or its last member has left, and everything taken in is settled.
pub(super) async fn dispatch<T: Payload>(feed: Arc<Feed<T>>, outlet: Outlet) {
    let runtime = feed.bus.system().runtime().clone();
    let mut dispatcher = Dispatcher {
        feed,
        outlet,
        members: Vec::new(),
        turn: 0,
        had_members: false,
        jobs: JoinSet::new(),
        keys: HashMap::new(),
        ready: VecDeque::new(),
        behind: 0,
    };
    poll_fn(|cx| {
        dispatcher.feed.inbox().remember_consumer(cx.waker());
        Poll::Ready(())
    })
    .await;
    loop {
        match poll_fn(|cx| dispatcher.poll_step(cx)).await {
            Step::Event(event) => dispatcher.accept(event),
            Step::Finished(job) => dispatcher.settle(job),
            Step::Changes(changes) => dispatcher.change_members(changes),
            Step::End => break,
        }
        dispatcher.start_jobs(&runtime);
    }
    dispatcher.end();
}

struct Dispatcher<T: Payload> {
    feed: Arc<Feed<T>>,
    outlet: Outlet,
    members: Vec<Seat<T>>,
    /// Whose turn it is among members with room.
    turn: usize,
    had_members: bool,
    jobs: JoinSet<Finished<T>>,
    /// For each key that is being handled, what has to wait for it.
    keys: HashMap<String, VecDeque<T>>,
    /// Events whose key is free, in order.
    ready: VecDeque<T>,
    /// Events in the lists of `keys`.
    behind: usize,
}

struct Seat<T> {
    member: Member<T>,
    busy: usize,
}

enum Step<T> {
    Event(T),
    Finished(Finished<T>),
    Changes(Vec<Change<T>>),
    End,
}

/// A job that has ended.
struct Finished<T> {
    member: u64,
    event: T,
    result: JobResult,
}

enum JobResult {
    Handled,
    Dead { cause: String, attempts: u32 },
    MemberGone,
}

impl<T: Payload> Dispatcher<T> {
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Step<T>> {
        let changes = self.feed.take_changes();
        if !changes.is_empty() {
            return Poll::Ready(Step::Changes(changes));
        }
        if let Poll::Ready(Some(Ok(job))) = self.jobs.poll_join_next(cx) {
            return Poll::Ready(Step::Finished(job));
        }
        let abandoned = self.had_members && self.members.is_empty();
        if abandoned && self.jobs.is_empty() {
            return Poll::Ready(Step::End);
        }
        // Events behind a busy key are held here; more are taken only while there is room for others.
        let capacity: usize = self.members.iter().map(|seat| seat.member.concurrency).sum();
        if self.ready.is_empty() && self.jobs.len() < capacity && self.behind < capacity * 2 {
            if let Poll::Ready(Entry(event)) = self.feed.inbox().poll_pop(&mut self.outlet, cx) {
                return Poll::Ready(Step::Event(event));
            }
            if self.feed.is_closing() && self.jobs.is_empty() && self.behind == 0 {
                return Poll::Ready(Step::End);
            }
        } else {
            self.feed.inbox().publish();
        }
        Poll::Pending
    }

    fn accept(&mut self, event: T) {
        match event.order_key() {
            None => self.ready.push_back(event),
            Some(key) => match self.keys.get_mut(&key) {
                Some(waiting) => {
                    waiting.push_back(event);
                    self.behind += 1;
                }
                None => {
                    self.keys.insert(key, VecDeque::new());
                    self.ready.push_back(event);
                }
            },
        }
    }

    fn start_jobs(&mut self, runtime: &tokio::runtime::Handle) {
        while !self.ready.is_empty() {
            let Some(seat) = self.next_seat() else { return };
            let Some(event) = self.ready.pop_front() else { return };
            seat_job(&mut self.jobs, seat_of(&mut self.members, seat), event, &self.feed, runtime);
        }
    }

    /// The next member with room, in turn.
    fn next_seat(&mut self) -> Option<usize> {
        let count = self.members.len();
        let has_room = |at: &usize| self.members[*at].busy < self.members[*at].member.concurrency;
        let seat = (0..count).map(|step| (self.turn + step) % count).find(has_room)?;
        self.turn = (seat + 1) % count;
        Some(seat)
    }

    fn settle(&mut self, job: Finished<T>) {
        let Finished { member, event, result } = job;
        if let Some(seat) = self.members.iter_mut().find(|seat| seat.member.number == member) {
            seat.busy -= 1;
        }
        let counters = &self.feed.counters;
        match result {
            JobResult::Handled => {
                counters.handled.fetch_add(1, Ordering::Relaxed);
            }
            JobResult::Dead { cause, attempts } => {
                counters.dead.fetch_add(1, Ordering::Relaxed);
                self.announce_dead(event.clone(), cause, attempts);
            }
            JobResult::MemberGone => {
                self.members.retain(|seat| seat.member.number != member);
                // Its key stays busy, so what comes behind it keeps its place.
                return self.ready.push_front(event);
            }
        }
        self.free_key(&event);
    }

    /// The next event of the key may come.
    fn free_key(&mut self, event: &T) {
        let Some(key) = event.order_key() else { return };
        let Some(waiting) = self.keys.get_mut(&key) else { return };
        match waiting.pop_front() {
            Some(next) => {
                self.behind -= 1;
                self.ready.push_back(next);
            }
            None => {
                self.keys.remove(&key);
            }
        }
    }

    fn announce_dead(&self, event: T, cause: String, attempts: u32) {
        let group = self.feed.options.group.clone();
        let topic = match &group {
            Some(group) => format!("dlq.{}.{group}", event.topic()),
            None => format!("dlq.{}", event.topic()),
        };
        tracing::error!(%topic, cause, attempts, "an event could not be handled");
        let key = event.order_key();
        let dead = DeadEvent { event, cause, attempts, group };
        self.feed.bus.announce(AnyEvent::new(topic.into(), key, Arc::new(dead)));
    }

    fn change_members(&mut self, changes: Vec<Change<T>>) {
        for change in changes {
            match change {
                Change::Joined(member) => {
                    self.had_members = true;
                    self.members.push(Seat { member, busy: 0 });
                }
                Change::Left(number) => self.members.retain(|seat| seat.member.number != number),
            }
        }
    }

    /// Nobody is left, or nothing: what is still here becomes dead letters.
    fn end(mut self) {
        use super::feed::AnyFeed;
        self.feed.close();
        let left = self.feed.inbox().close(&mut self.outlet).into_iter().map(|Entry(event)| event);
        let held = self.keys.into_values().flatten();
        for event in self.ready.into_iter().chain(held).chain(left) {
            self.feed.bury(event, DeadLetterReason::Stopped);
        }
        self.feed.bus.forget_ended();
        self.feed.note_end();
    }
}

fn seat_of<T>(members: &mut [Seat<T>], at: usize) -> &mut Seat<T> {
    &mut members[at]
}

fn seat_job<T: Payload>(
    jobs: &mut JoinSet<Finished<T>>,
    seat: &mut Seat<T>,
    event: T,
    feed: &Feed<T>,
    runtime: &tokio::runtime::Handle,
) {
    seat.busy += 1;
    let (member, consumer, retry) = (seat.member.number, seat.member.consumer.clone(), feed.options.retry);
    jobs.spawn_on(
        async move {
            let mut attempts = 0;
            let result = loop {
                attempts += 1;
                let cause = match attempt(&*consumer, event.clone()).await {
                    Handled::Well => break JobResult::Handled,
                    Handled::NotAtAll => break JobResult::MemberGone,
                    Handled::Badly(cause) => cause,
                };
                match retry.and_then(|retry| retry.delay_after(attempts)) {
                    Some(delay) => tokio::time::sleep(delay).await,
                    None => break JobResult::Dead { cause, attempts },
                }
            };
            Finished { member, event, result }
        },
        runtime,
    );
}

async fn attempt<T>(consumer: &dyn Consumer<T>, event: T) -> Handled {
    match guard_panics(async { consumer.consume(event).await }).await {
        Ok(handled) => handled,
        Err(panic) => Handled::Badly(format!("panicked: {panic}")),
    }
}
