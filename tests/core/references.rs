//! What references know and how they compare.

use std::collections::HashSet;

use actors::prelude::*;

use crate::support::*;

#[tokio::test]
async fn references_compare_by_actor() {
    let system = ActorSystem::new();
    let (a, b) = (system.spawn(Scribe::default()), system.spawn(Scribe::default()));
    assert_eq!(a, a.clone());
    assert_ne!(a, b);
    assert_ne!(a.id(), b.id());
    assert_eq!(HashSet::from([a.clone(), a.clone(), b.clone()]).len(), 2);
    let recipients: HashSet<Recipient<Write>> = HashSet::from([a.recipient(), a.recipient(), b.recipient()]);
    assert_eq!(recipients.len(), 2);
    assert!(format!("{a:?}").starts_with("ActorRef(/Scribe#"), "{a:?}");
}

#[tokio::test]
async fn a_recipient_knows_only_the_message() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let scribe = system.spawn(Scribe::named("", &journal));
    let recipient: Recipient<Write> = scribe.recipient();
    drop(scribe);
    recipient.tell(Write { number: 1 }).await.unwrap();
    recipient.try_tell(Write { number: 2 }).unwrap();
    assert_eq!(recipient.ask(Write { number: 3 }).await, Ok(3));
    assert_eq!(journal.entries(), ["started", "1", "2", "3"]);
}

#[tokio::test]
async fn actors_of_two_systems_with_the_same_number_differ() {
    let (one, two) = (ActorSystem::new(), ActorSystem::new());
    let (a, b) = (one.spawn(Scribe::default()), two.spawn(Scribe::default()));
    assert_eq!(a.id(), b.id());
    assert_ne!(a, b);
    assert_ne!(a.recipient::<Write>(), b.recipient::<Write>());
}

#[tokio::test]
async fn paths_name_the_parents() {
    struct Parent;
    impl Actor for Parent {}
    #[handlers]
    impl Parent {
        #[handler]
        fn grow(&mut self, ctx: &mut Context<Self>) -> ActorRef<Scribe> {
            ctx.spawn(Scribe::default())
        }
    }
    let system = ActorSystem::new();
    let parent = system.actor(|| Parent).name("shop").start().await.unwrap();
    let child = parent.grow().await.unwrap();
    assert_eq!(parent.path().as_str(), "/shop");
    assert_eq!(child.path().as_str(), format!("/shop/Scribe{}", child.id()));
}

#[tokio::test]
async fn a_request_can_move_into_a_task() {
    let system = ActorSystem::new();
    let scribe = system.spawn(Scribe::default());
    let request = scribe.write(4).owned();
    drop(scribe);
    assert_eq!(tokio::spawn(request).await.unwrap(), Ok(4));
}
