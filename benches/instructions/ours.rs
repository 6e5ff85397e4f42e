//! The loads over this library's actors.

use actors::prelude::*;
use tokio::sync::oneshot;

use crate::memory::Bytes;
use crate::{Load, RING};

#[derive(Actor, Default)]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    #[handler]
    async fn add(&mut self, by: u64) {
        self.total += by;
    }

    #[handler]
    async fn total(&mut self) -> u64 {
        self.total
    }
}

#[derive(Actor, Default)]
struct Link {
    next: Option<ActorRef<Link>>,
    done: Option<oneshot::Sender<()>>,
}

#[handlers]
impl Link {
    #[handler]
    async fn join(&mut self, next: ActorRef<Link>, done: Option<oneshot::Sender<()>>) {
        self.next = Some(next);
        self.done = done;
    }

    #[handler]
    async fn leave(&mut self) {
        self.next = None;
    }

    #[handler]
    async fn hop(&mut self, left: u64) {
        match (left, &self.next) {
            (0, _) => drop(self.done.take().map(|done| done.send(()))),
            (_, Some(next)) => next.hop(left - 1).tell().await.expect("the next one lives"),
            (_, None) => unreachable!("the ring was closed"),
        }
    }
}

pub(crate) async fn run(load: Load, operations: u64) {
    let system = ActorSystem::new();
    match load {
        Load::Tell => tell(&system, Mailbox::unbounded(), operations).await,
        Load::TellBounded => tell(&system, Mailbox::bounded(1_024), operations).await,
        Load::Ask => ask(&system, operations).await,
        Load::Ring => ring(&system, operations).await,
        Load::Started => ring(&system, 0).await,
        Load::Spawn => spawn(&system, operations).await,
        Load::Idle => idle(&system, operations, false).await,
        Load::Used => idle(&system, operations, true).await,
    }
}

async fn tell(system: &ActorSystem, mailbox: Mailbox, operations: u64) {
    let counter = system.actor(Counter::default).mailbox(mailbox).spawn();
    for _ in 0..operations {
        counter.add(1).tell().await.expect("it lives");
    }
    assert_eq!(counter.total().await, Ok(operations));
}

async fn ask(system: &ActorSystem, operations: u64) {
    let counter = system.spawn(Counter { total: 7 });
    for _ in 0..operations {
        assert_eq!(counter.total().await, Ok(7));
    }
}

async fn ring(system: &ActorSystem, operations: u64) {
    let links: Vec<_> = (0..RING).map(|_| system.spawn(Link::default())).collect();
    let mut arrivals = Vec::new();
    for (at, link) in links.iter().enumerate() {
        let (done, arrived) = oneshot::channel();
        arrivals.push(arrived);
        let next = links[(at + 1) % links.len()].clone();
        link.join(next, Some(done)).await.expect("it lives");
    }
    links[0].hop(operations).tell().await.expect("it lives");
    let last = arrivals.swap_remove((operations % RING) as usize);
    last.await.expect("the token arrives");
    for link in &links {
        link.leave().await.expect("it lives");
    }
}

async fn spawn(system: &ActorSystem, operations: u64) {
    for _ in 0..operations {
        let counter = system.spawn(Counter::default());
        counter.add(1).tell().await.expect("it lives");
        assert_eq!(counter.total().await, Ok(1));
    }
}

async fn idle(system: &ActorSystem, operations: u64, used: bool) {
    let mut actors = Vec::with_capacity(operations as usize);
    let mut bytes = Bytes::before(operations);
    for _ in 0..operations {
        let counter = system.spawn(Counter::default());
        if used {
            counter.add(1).tell().await.expect("it lives");
            assert_eq!(counter.total().await, Ok(1));
        }
        actors.push(counter);
    }
    if let Some(last) = actors.last() {
        // Whoever was spawned before has been polled when it answers.
        assert_eq!(last.total().await, Ok(u64::from(used)));
    }
    bytes.alive();
    actors.clear();
    while system.running() > 0 {
        tokio::task::yield_now().await;
    }
    drop(actors);
    bytes.gone();
}
