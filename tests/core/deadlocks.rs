//! Circles of askers of every length and through every kind of reference, and what only looks like one.

use std::sync::{Arc, Mutex};

use actors::prelude::*;
use tokio::sync::{Barrier, Notify};
use tokio::time::Instant;

use crate::support::*;

type Outcome = Result<u64, AskError>;

/// Asks along a path of recipients.
#[derive(Actor, Default)]
struct Node {
    /// Asks only when as many others are about to.
    meet: Option<Arc<Barrier>>,
    /// What its own questions came to.
    heard: Arc<Mutex<Vec<Outcome>>>,
    entered: Arc<Notify>,
    gate: Arc<Notify>,
}

#[derive(Message)]
#[message(reply = Outcome)]
struct Along(Vec<Recipient<Along>>);

impl Handler<Along> for Node {
    async fn handle(&mut self, Along(mut path): Along, _: &mut Context<Self>) -> Outcome {
        let Some(next) = path.pop() else { return Ok(0) };
        if let Some(barrier) = &self.meet {
            barrier.wait().await;
        }
        next.ask(Along(path)).await.flatten().map(|steps| steps + 1)
    }
}

#[handlers]
impl Node {
    /// Waits for the test before it asks.
    #[handler]
    async fn ask_later(&mut self, other: Recipient<Along>) {
        self.entered.notify_one();
        self.gate.notified().await;
        let outcome = other.ask(Along(Vec::new())).await.flatten();
        self.heard.lock().unwrap().push(outcome);
    }

    #[handler]
    async fn ask_for_a_second(&mut self, other: ActorRef<Node>, back: Recipient<Along>) -> bool {
        other.ask_later(back).timeout(seconds(1)).await.is_ok()
    }

    #[handler]
    async fn ask_and_give_up(&mut self, other: ActorRef<Node>, back: Recipient<Along>) {
        let mut ask = other.ask_later(back);
        assert!(poll_once(&mut ask).await.is_none());
    }

    #[handler]
    async fn ask_two_at_once(
        &mut self,
        one: Recipient<Along>,
        other: Recipient<Along>,
    ) -> (Outcome, Outcome) {
        let (one, other) = tokio::join!(one.ask(Along(Vec::new())), other.ask(Along(Vec::new())));
        (one.flatten(), other.flatten())
    }
}

fn nodes(count: usize, meet: Option<usize>) -> Vec<ActorRef<Node>> {
    let system = ActorSystem::new();
    let meet = meet.map(|count| Arc::new(Barrier::new(count)));
    (0..count).map(|_| system.spawn(Node { meet: meet.clone(), ..Node::default() })).collect()
}

/// The path that is taken in this order.
fn path(nodes: &[ActorRef<Node>], order: &[usize]) -> Vec<Recipient<Along>> {
    order.iter().rev().map(|&at| nodes[at].recipient()).collect()
}

fn named(nodes: &[ActorRef<Node>], order: &[usize]) -> Outcome {
    Err(AskError::Cycle(order.iter().map(|&at| nodes[at].path().to_string()).collect()))
}

#[tokio::test(start_paused = true)]
async fn circles_of_every_length_are_named_at_once_also_through_recipients() {
    let begin = Instant::now();
    let nodes = nodes(5, None);
    for (order, chain) in [
        (&[0, 0][..], &[0, 0][..]),
        (&[0, 1, 0], &[1, 0, 1]),
        (&[0, 1, 2, 0], &[2, 0, 1, 2]),
        (&[0, 1, 2, 3, 4, 0], &[4, 0, 1, 2, 3, 4]),
        (&[0, 1, 2, 3, 2], &[3, 2, 3]),
        (&[0, 1, 1], &[1, 1]),
    ] {
        let first = nodes[order[0]].recipient::<Along>();
        let outcome = first.ask(Along(path(&nodes, &order[1..]))).await.flatten();
        assert_eq!(outcome, named(&nodes, chain), "{order:?}");
    }
    assert_eq!(begin.elapsed(), seconds(0));
}

#[tokio::test(start_paused = true)]
async fn a_circle_is_found_although_the_question_waits_for_room() {
    let system = ActorSystem::new();
    let (entered, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (heard, begin) = (Arc::default(), Instant::now());
    let mut narrow =
        Some(Node { heard: Arc::clone(&heard), entered: entered.clone(), gate: gate.clone(), meet: None });
    let narrow = system
        .actor(move || narrow.take().ok_or(ActorError::msg("one life")))
        .mailbox(Mailbox::bounded(1))
        .spawn();
    let wide = system.spawn(Node::default());
    narrow.ask_later(wide.recipient()).tell().await.unwrap();
    entered.notified().await;
    narrow.tell(Along(Vec::new())).await.unwrap();
    let asking = tokio::spawn(wide.ask(Along(vec![narrow.recipient()])).owned());
    settle().await;
    gate.notify_one();
    assert_eq!(asking.await.unwrap().flatten(), Ok(1));
    let nodes = [wide, narrow];
    assert_eq!(*heard.lock().unwrap(), [named(&nodes, &[1, 0, 1])]);
    assert_eq!(begin.elapsed(), seconds(0));
}

#[tokio::test(start_paused = true)]
async fn whoever_has_given_up_waiting_is_in_no_circle() {
    for times_out in [true, false] {
        let nodes = nodes(2, None);
        let other = Node::default();
        let (heard, gate) = (other.heard.clone(), other.gate.clone());
        let other = ActorSystem::new().spawn(other);
        let back = nodes[0].recipient::<Along>();
        if times_out {
            assert_eq!(nodes[0].ask_for_a_second(other.clone(), back).await, Ok(false));
        } else {
            nodes[0].ask_and_give_up(other.clone(), back).await.unwrap();
        }
        gate.notify_one();
        settle().await;
        assert_eq!(*heard.lock().unwrap(), [Ok(0)]);
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_questions_at_once_only_the_one_that_closes_a_circle_fails() {
    let nodes = nodes(2, None);
    let [me, other] = [0, 1].map(|at| nodes[at].recipient());
    assert_eq!(nodes[0].ask_two_at_once(me, other).await, Ok((named(&nodes, &[0, 0]), Ok(0))));
}

/// Asks itself from its hooks.
struct Brooding {
    in_started: bool,
    heard: Arc<Mutex<Vec<Outcome>>>,
}

impl Actor for Brooding {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        if self.in_started {
            ctx.myself().ask(Along(Vec::new())).await.flatten()?;
        }
        Ok(())
    }

    async fn stopped(&mut self, ctx: &mut Context<Self>, _: &ExitReason) {
        let outcome = ctx.myself().ask(Along(Vec::new())).await.flatten();
        self.heard.lock().unwrap().push(outcome);
    }
}

impl Handler<Along> for Brooding {
    async fn handle(&mut self, _: Along, _: &mut Context<Self>) -> Outcome {
        Ok(0)
    }
}

#[tokio::test(start_paused = true)]
async fn hooks_that_ask_their_own_actor_are_told_so() {
    let (system, begin) = (ActorSystem::new(), Instant::now());
    let error =
        system.actor(|| Brooding { in_started: true, heard: Arc::default() }).start().await.unwrap_err();
    assert!(error.to_string().contains("wait for each other: /Brooding#1 -> /Brooding#1"), "{error}");
    let heard = Arc::<Mutex<Vec<Outcome>>>::default();
    let actor = system.spawn(Brooding { in_started: false, heard: heard.clone() });
    actor.ask(Along(Vec::new())).await.unwrap().unwrap();
    actor.stop();
    actor.wait().await;
    let name = actor.path().to_string();
    assert_eq!(*heard.lock().unwrap(), [Err(AskError::Cycle(vec![name.clone(), name]))]);
    assert_eq!(begin.elapsed(), seconds(0));
}

/// Each asks the next at the same moment; nobody may wait for a timeout.
async fn close_at_once(count: usize) {
    let nodes = nodes(count, Some(count));
    for _ in 0..100 {
        let askers: Vec<_> = (0..count)
            .map(|at| {
                let next = nodes[(at + 1) % count].recipient();
                tokio::spawn(nodes[at].ask(Along(vec![next])).owned())
            })
            .collect();
        let mut circles = 0;
        for asker in askers {
            match asker.await.unwrap().flatten() {
                Ok(steps) => assert_eq!(steps, 1),
                Err(AskError::Cycle(chain)) => {
                    assert_eq!(chain.len(), count + 1, "{chain:?}");
                    assert_eq!(chain.first(), chain.last());
                    circles += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert!(circles >= 1);
    }
}

#[tokio::test(start_paused = true)]
async fn circles_closed_by_all_members_at_once_are_found_on_one_thread() {
    for count in [2, 3, 5] {
        close_at_once(count).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn circles_closed_by_all_members_at_once_are_found_on_many_threads() {
    for count in [2, 3, 5] {
        close_at_once(count).await;
    }
}
