//! The same loads over what a careful user writes without a library: a task, a channel, an enum, a oneshot.

use tokio::sync::mpsc::{self, Sender, UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::memory::Bytes;
use crate::{Load, RING};

enum Order {
    Add(u64),
    Total(oneshot::Sender<u64>),
}

struct Counter {
    total: u64,
}

impl Counter {
    fn handle(&mut self, order: Order) {
        match order {
            Order::Add(by) => self.total += by,
            // Whoever asked may have given up.
            Order::Total(reply) => drop(reply.send(self.total)),
        }
    }
}

fn counter(total: u64) -> (UnboundedSender<Order>, JoinHandle<()>) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        let mut counter = Counter { total };
        while let Some(order) = receiver.recv().await {
            counter.handle(order);
        }
    });
    (sender, task)
}

async fn total_of(counter: &UnboundedSender<Order>) -> u64 {
    let (reply, answer) = oneshot::channel();
    counter.send(Order::Total(reply)).expect("it lives");
    answer.await.expect("it answers")
}

pub(crate) async fn run(load: Load, operations: u64) {
    match load {
        Load::Tell => {
            let (counter, _) = counter(0);
            for _ in 0..operations {
                counter.send(Order::Add(1)).expect("it lives");
            }
            assert_eq!(total_of(&counter).await, operations);
        }
        Load::TellBounded => tell_bounded(operations).await,
        Load::Ask => {
            let (counter, _) = counter(7);
            for _ in 0..operations {
                assert_eq!(total_of(&counter).await, 7);
            }
        }
        Load::Ring => ring(operations).await,
        Load::Started => ring(0).await,
        Load::Spawn => {
            for _ in 0..operations {
                let (counter, _) = counter(0);
                counter.send(Order::Add(1)).expect("it lives");
                assert_eq!(total_of(&counter).await, 1);
            }
        }
        Load::Idle => idle(operations, false).await,
        Load::Used => idle(operations, true).await,
    }
}

async fn tell_bounded(operations: u64) {
    let (sender, mut receiver): (Sender<Order>, _) = mpsc::channel(1_024);
    tokio::spawn(async move {
        let mut counter = Counter { total: 0 };
        while let Some(order) = receiver.recv().await {
            counter.handle(order);
        }
    });
    for _ in 0..operations {
        sender.send(Order::Add(1)).await.expect("it lives");
    }
    let (reply, answer) = oneshot::channel();
    sender.send(Order::Total(reply)).await.expect("it lives");
    assert_eq!(answer.await, Ok(operations));
}

enum Token {
    Hop(u64),
    Leave,
}

async fn link(
    mut receiver: UnboundedReceiver<Token>,
    next: UnboundedSender<Token>,
    arrived: UnboundedSender<()>,
) {
    while let Some(token) = receiver.recv().await {
        match token {
            Token::Leave => return,
            Token::Hop(0) => arrived.send(()).expect("the driver waits"),
            Token::Hop(left) => next.send(Token::Hop(left - 1)).expect("the next one lives"),
        }
    }
}

async fn ring(operations: u64) {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..RING).map(|_| mpsc::unbounded_channel()).unzip();
    let (arrived, mut arrival) = mpsc::unbounded_channel();
    for (at, receiver) in receivers.into_iter().enumerate() {
        let next = senders[(at + 1) % senders.len()].clone();
        tokio::spawn(link(receiver, next, arrived.clone()));
    }
    senders[0].send(Token::Hop(operations)).expect("it lives");
    arrival.recv().await.expect("the token arrives");
    for sender in &senders {
        sender.send(Token::Leave).expect("it lives");
    }
}

async fn idle(operations: u64, used: bool) {
    let mut actors = Vec::with_capacity(operations as usize);
    let mut bytes = Bytes::before(operations);
    for _ in 0..operations {
        let (counter, task) = counter(0);
        if used {
            counter.send(Order::Add(1)).expect("it lives");
            assert_eq!(total_of(&counter).await, 1);
        }
        actors.push((counter, task));
    }
    if let Some((last, _)) = actors.last() {
        assert_eq!(total_of(last).await, u64::from(used));
    }
    bytes.alive();
    for (counter, task) in actors {
        drop(counter);
        task.await.expect("it ends");
    }
    bytes.gone();
}
