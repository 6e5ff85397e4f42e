//! Links: exits that go both ways, and are trapped.

use actors::prelude::*;

use crate::support::*;

/// Links itself to another when told to, and writes down the exits it traps.
#[derive(Actor)]
struct Node {
    diary: Diary,
}

#[handlers]
impl Node {
    #[handler]
    fn tie(&mut self, to: AnyActorRef, ctx: &mut Context<Self>) {
        ctx.link(to);
    }

    #[handler]
    fn untie(&mut self, from: AnyActorRef, ctx: &mut Context<Self>) {
        ctx.unlink(from);
    }

    #[handler]
    fn trap(&mut self, on: bool, ctx: &mut Context<Self>) {
        ctx.trap_exit(on);
    }

    #[handler]
    fn quit(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }

    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }

    #[handler]
    fn life(&mut self, ctx: &mut Context<Self>) -> u32 {
        ctx.incarnation().as_u32()
    }
}

impl Handler<Exit> for Node {
    async fn handle(&mut self, exit: Exit, _: &mut Context<Self>) {
        self.diary.note(format!("exit: {}", exit.reason()));
    }
}

async fn linked(system: &ActorSystem, diary: &Diary) -> [ActorRef<Node>; 2] {
    let pair = [(); 2].map(|()| system.spawn(Node { diary: diary.clone() }));
    pair[0].tie((&pair[1]).into()).await.unwrap();
    pair
}

#[tokio::test]
async fn an_abnormal_exit_goes_both_ways_for_the_same_reason() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    for who in [0, 1] {
        let pair = linked(&system, &diary).await;
        pair[who].explode().tell().await.unwrap();
        let reason = pair[1 - who].wait().await;
        assert!(matches!(&reason, ExitReason::Panicked(text) if text == "exploded"), "{reason}");
    }
    for who in [0, 1] {
        let pair = linked(&system, &diary).await;
        pair[who].kill();
        assert!(matches!(pair[1 - who].wait().await, ExitReason::Killed));
    }
}

#[tokio::test]
async fn a_chain_of_links_goes_down_as_a_whole() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let chain: Vec<_> = (0..100).map(|_| system.spawn(Node { diary: diary.clone() })).collect();
    for pair in chain.windows(2) {
        pair[0].tie((&pair[1]).into()).await.unwrap();
    }
    chain[50].explode().tell().await.unwrap();
    for node in &chain {
        assert!(matches!(node.wait().await, ExitReason::Panicked(_)));
    }
}

#[tokio::test]
async fn a_normal_exit_and_one_after_unlink_do_no_harm() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let [a, b] = linked(&system, &diary).await;
    b.quit().await.unwrap();
    b.wait().await;
    assert_eq!(a.life().await, Ok(0));
    let [a, b] = linked(&system, &diary).await;
    b.untie((&a).into()).await.unwrap();
    b.explode().tell().await.unwrap();
    b.wait().await;
    assert_eq!(a.life().await, Ok(0));
}

#[tokio::test]
async fn trapped_exits_come_as_messages_normal_ones_too() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let trapper = system.spawn(Node { diary: diary.clone() });
    trapper.trap(true).await.unwrap();
    for act in ["quit", "explode", "kill"] {
        let other = system.spawn(Node { diary: diary.clone() });
        trapper.tie((&other).into()).await.unwrap();
        match act {
            "quit" => other.quit().tell().await.unwrap(),
            "explode" => other.explode().tell().await.unwrap(),
            _ => other.kill(),
        }
        other.wait().await;
    }
    trapper.life().await.unwrap();
    assert_eq!(diary.read(), ["exit: normal", "exit: panicked: exploded", "exit: killed"]);
    trapper.trap(false).await.unwrap();
    let other = system.spawn(Node { diary: diary.clone() });
    trapper.tie((&other).into()).await.unwrap();
    other.kill();
    assert!(matches!(trapper.wait().await, ExitReason::Killed));
}

#[tokio::test]
async fn a_kill_cannot_be_trapped() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let trapper = system.spawn(Node { diary: diary.clone() });
    trapper.trap(true).await.unwrap();
    trapper.kill();
    assert!(matches!(trapper.wait().await, ExitReason::Killed));
}

#[tokio::test]
async fn linking_the_dead_is_an_exit_at_once() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let dead = system.spawn(Node { diary: diary.clone() });
    dead.stop();
    dead.wait().await;
    let trapper = system.spawn(Node { diary: diary.clone() });
    trapper.trap(true).await.unwrap();
    trapper.tie((&dead).into()).await.unwrap();
    trapper.life().await.unwrap();
    assert_eq!(diary.read(), ["exit: no such actor"]);
    let victim = system.spawn(Node { diary: diary.clone() });
    victim.tie((&dead).into()).tell().await.unwrap();
    assert!(matches!(victim.wait().await, ExitReason::NoActor));
}

#[tokio::test(start_paused = true)]
async fn a_link_belongs_to_the_lives_that_were_linked() {
    let (system, diary) = (ActorSystem::new(), Diary::default());
    let node = |diary: &Diary| {
        let diary = diary.clone();
        move || Node { diary: diary.clone() }
    };
    let supervisor = Supervisor::one_for_one()
        .intensity(10, seconds(5))
        .child(ChildSpec::new("a", node(&diary)))
        .child(ChildSpec::new("b", node(&diary)))
        .start(&system)
        .await
        .unwrap();
    let [a, b] = ["a", "b"].map(|id| supervisor.child::<ActorRef<Node>>(id).unwrap());
    a.tie((&b).into()).await.unwrap();
    b.explode().tell().await.unwrap();
    settle().await;
    assert_eq!((a.life().await, b.life().await), (Ok(1), Ok(1)), "both were restarted");
    b.explode().tell().await.unwrap();
    settle().await;
    assert_eq!((a.life().await, b.life().await), (Ok(1), Ok(2)), "the link was between the first lives");
}

#[tokio::test]
async fn links_between_systems_tell_actors_of_the_same_number_apart() {
    let (systems, diary) = ([(); 3].map(|()| ActorSystem::new()), Diary::default());
    let trio = || [0, 1, 2].map(|home: usize| systems[home].spawn(Node { diary: diary.clone() }));
    for victim in [0, 1, 2] {
        let [a, b, c] = trio();
        assert!(a.id() == b.id() && b.id() == c.id(), "each system counts from one");
        a.tie((&b).into()).await.unwrap();
        a.tie((&c).into()).await.unwrap();
        [&a, &b, &c][victim].explode().tell().await.unwrap();
        for node in [a, b, c] {
            let reason = node.wait().await;
            assert!(matches!(&reason, ExitReason::Panicked(text) if text == "exploded"), "{reason}");
        }
    }
    let [a, b, c] = trio();
    a.tie((&b).into()).await.unwrap();
    a.tie((&c).into()).await.unwrap();
    a.untie((&c).into()).await.unwrap();
    c.kill();
    c.wait().await;
    assert_eq!((a.life().await, b.life().await), (Ok(0), Ok(0)), "the link to the other one went");
    a.trap(true).await.unwrap();
    b.kill();
    b.wait().await;
    a.life().await.unwrap();
    assert_eq!(diary.read(), ["exit: killed"]);
}

#[tokio::test]
async fn the_end_of_one_actor_takes_no_link_of_another_systems_with_the_same_number() {
    let (systems, diary) = ([(); 3].map(|()| ActorSystem::new()), Diary::default());
    let [a, b, c] = [0, 1, 2].map(|home: usize| systems[home].spawn(Node { diary: diary.clone() }));
    a.trap(true).await.unwrap();
    b.tie((&a).into()).await.unwrap();
    c.tie((&a).into()).await.unwrap();
    b.kill();
    b.wait().await;
    c.kill();
    c.wait().await;
    a.life().await.unwrap();
    assert_eq!(diary.read(), ["exit: killed", "exit: killed"]);
}
