//! Actors that wait for each other are told so instead of waiting.

use actors::prelude::*;
use tokio::time::Instant;

use crate::support::*;

/// Asks along a path of actors, the last of which answers how long it was.
#[derive(Actor)]
struct Link;

#[handlers]
impl Link {
    #[handler]
    async fn follow(&mut self, mut path: Vec<ActorRef<Link>>) -> Result<usize, AskError> {
        match path.pop() {
            None => Ok(0),
            Some(next) => match next.follow(path).await {
                Ok(length) => Ok(length + 1),
                Err(CallError::Handler(error) | CallError::Ask(error)) => Err(error),
            },
        }
    }

    #[handler]
    async fn ask_in_a_task(&mut self, other: ActorRef<Link>, back: ActorRef<Link>) {
        // Nobody waits for it, so nothing is a circle.
        tokio::spawn(other.follow(vec![back]).owned());
    }
}

fn links(count: usize) -> (ActorSystem, Vec<ActorRef<Link>>) {
    let system = ActorSystem::new();
    let links = (0..count).map(|_| system.spawn(Link)).collect();
    (system, links)
}

#[tokio::test(start_paused = true)]
async fn asking_oneself_is_an_error_at_once() {
    let (_system, links) = links(1);
    let begin = Instant::now();
    let outcome = links[0].follow(vec![links[0].clone()]).await;
    let name = links[0].path().to_string();
    assert_eq!(outcome, Err(CallError::Handler(AskError::Cycle(vec![name.clone(), name]))));
    assert_eq!(begin.elapsed(), seconds(0));
}

#[tokio::test(start_paused = true)]
async fn a_circle_is_named_by_whoever_closes_it() {
    let (_system, links) = links(4);
    let begin = Instant::now();
    // The path is taken from its end: 0 asks 1, 1 asks 2, 2 asks 3, 3 asks 1.
    let path = [1, 3, 2, 1].map(|at: usize| links[at].clone()).to_vec();
    let Err(CallError::Handler(AskError::Cycle(chain))) = links[0].follow(path).await else {
        panic!("no circle was found");
    };
    let expected = [3, 1, 2, 3].map(|at: usize| links[at].path().to_string());
    assert_eq!(chain, expected);
    assert_eq!(begin.elapsed(), seconds(0));
}

#[tokio::test]
async fn a_path_that_does_not_close_is_none() {
    let (_system, links) = links(5);
    for _ in 0..3 {
        assert_eq!(links[0].follow(links[1..].to_vec()).await, Ok(4));
    }
    // The way back is free once the way there is over.
    assert_eq!(links[4].follow(links[..4].to_vec()).await, Ok(4));
}

#[tokio::test]
async fn what_no_handler_waits_for_is_no_circle() {
    let (_system, links) = links(2);
    links[0].ask_in_a_task(links[1].clone(), links[0].clone()).await.unwrap();
    assert_eq!(links[0].follow(vec![links[1].clone()]).await, Ok(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn circles_closed_at_the_same_time_are_found_too() {
    let (_system, links) = links(2);
    for _ in 0..200 {
        let there = tokio::spawn(links[0].follow(vec![links[0].clone(), links[1].clone()]).owned());
        let back = tokio::spawn(links[1].follow(vec![links[1].clone(), links[0].clone()]).owned());
        for outcome in [there.await.unwrap(), back.await.unwrap()] {
            assert!(matches!(outcome, Err(CallError::Handler(AskError::Cycle(_)))), "{outcome:?}");
        }
    }
}
