//! Promises of the framework that must hold in every order of turns.

use actors::prelude::*;
use actors::testkit::{Explorer, Probe, TestSystem};
use actors::{ChildSpec, Restart, Supervisor};

use crate::support::*;

/// Asks a peer while that asks back.
#[derive(Default)]
struct Asker {
    peer: Option<ActorRef<Asker>>,
}

impl Actor for Asker {}

#[handlers]
impl Asker {
    #[handler]
    pub(crate) fn meet(&mut self, peer: ActorRef<Asker>) {
        self.peer = Some(peer);
    }

    #[handler]
    pub(crate) fn part(&mut self) {
        self.peer = None;
    }

    #[handler]
    pub(crate) fn is_fine(&mut self) -> bool {
        true
    }

    #[handler]
    pub(crate) async fn ask_peer(&mut self) -> std::result::Result<bool, AskError> {
        self.peer.as_ref().expect("they have met").is_fine().await
    }
}

#[test]
fn two_that_ask_each_other_never_wait_for_a_timeout() {
    Explorer::new().run(|system| async move {
        let (one, other) = (system.spawn(Asker::default()), system.spawn(Asker::default()));
        one.meet(other.clone()).await.unwrap();
        other.meet(one.clone()).await.unwrap();
        let answers = [tokio::spawn(one.ask_peer().owned()), tokio::spawn(other.ask_peer().owned())];
        let mut fine = 0;
        for answer in answers {
            match answer.await.unwrap() {
                Ok(is_fine) => fine += usize::from(is_fine),
                Err(CallError::Handler(AskError::Cycle(_))) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert!(fine > 0, "refusing one is enough");
        one.part().await.unwrap();
        drop((one, other));
        system.finish().await;
    });
}

#[test]
fn an_ask_of_an_actor_that_ends_fails_at_once() {
    Explorer::new().run(|system| async move {
        system.allow_dead_letters();
        for how_it_ends in 0..4 {
            let probe = Probe::<Done>::new(&system);
            let echo = system.spawn(Echo { to: probe.recipient() });
            let questions: Vec<_> = (0..3).map(|number| tokio::spawn(echo.confirm(number).owned())).collect();
            probe.expect().await;
            match how_it_ends {
                0 => echo.stop(),
                1 => echo.stop_now(),
                2 => echo.kill(),
                _ => echo.explode().try_tell().unwrap(),
            }
            let answering = tokio::spawn(async move {
                loop {
                    probe.expect_within(seconds(60)).await;
                }
            });
            for question in questions {
                let answer = question.await.unwrap();
                assert!(matches!(answer, Ok(true) | Err(AskError::Stopped)), "{answer:?}");
            }
            echo.wait().await;
            answering.abort();
        }
        system.finish().await;
    });
}

#[test]
fn a_name_is_free_when_watchers_are_told() {
    Explorer::new().run(|system| async move {
        let probe = Probe::<Done>::new(&system);
        for _ in 0..3 {
            let to = probe.recipient();
            let start = system.actor(move || Echo { to: to.clone() }).name("echo").start();
            let echo = start.await.expect("the name is free");
            let end = probe.expect_terminated(&echo);
            echo.stop();
            end.await;
        }
        system.finish().await;
    });
}

async fn a_family_stays_whole(system: TestSystem) {
    system.allow_dead_letters();
    let probe = Probe::<Done>::new(&system);
    let child = |name: &'static str| {
        let to = probe.recipient();
        ChildSpec::new(name, move || Echo { to: to.clone() }).restart(Restart::permanent())
    };
    let family = Supervisor::one_for_all()
        .intensity(10, seconds(1))
        .child(child("first"))
        .child(child("second"))
        .child(child("third"))
        .start(&system)
        .await
        .unwrap();
    let (first, third): (ActorRef<Echo>, ActorRef<Echo>) =
        (family.child("first").unwrap(), family.child("third").unwrap());
    first.explode().tell().await.unwrap();
    third.kill();
    first.repeat(1).tell().await.unwrap();
    // A sibling may need all of the 5 s it has for its end.
    let done = probe.expect().await;
    assert_eq!(done, Done(1), "references and queues outlive restarts");
    tokio::time::sleep(seconds(1)).await;
    let counts = family.count_children().await.unwrap();
    assert_eq!((counts.specs, counts.active, counts.workers), (3, 3, 3));
    family.shutdown().await;
    assert!(!first.is_alive() && !third.is_alive());
    system.finish().await;
}

#[test]
fn a_supervised_family_stays_whole() {
    Explorer::new().run(a_family_stays_whole);
}
