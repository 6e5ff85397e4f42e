//! Messages to all members.

use std::time::Duration;

use actors::Mailbox;
use actors::prelude::*;

use crate::support::*;

#[tokio::test]
async fn all_members_of_the_type_get_a_copy() {
    let system = ActorSystem::new();
    let (one, two) = (Printer::default(), Printer::default());
    let (first, second) = (system.spawn(one.clone()), system.spawn(two.clone()));
    let groups = system.groups();
    groups.join("printers", first.recipient::<Print>());
    groups.join("printers", second.recipient::<Print>());
    groups.join("printers", second.recipient::<Print>());
    groups.join("printers", second.recipient::<Scan>());
    assert_eq!(groups.broadcast("printers", Print { page: 7 }).await, 3);
    first.ask(Settle).await.unwrap();
    second.ask(Settle).await.unwrap();
    assert_eq!(*one.pages.lock().unwrap(), [7]);
    assert_eq!(*two.pages.lock().unwrap(), [7, 7]);
}

#[tokio::test]
async fn nobody_is_in_a_group_that_does_not_exist() {
    assert_eq!(ActorSystem::new().groups().broadcast("printers", Print { page: 1 }).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_member_that_is_full_is_waited_for_and_delays_no_other() {
    let system = ActorSystem::new();
    let (slow, fast, picky) = (Printer::default(), Printer::default(), Printer::default());
    let spawn = |printer: &Printer, on_full| {
        let printer = printer.clone();
        let mailbox = Mailbox::bounded(1).on_full(on_full);
        system.actor(move || printer.clone()).mailbox(mailbox).spawn()
    };
    let held = [spawn(&slow, OnFull::Wait), spawn(&picky, OnFull::Reject)];
    let free = spawn(&fast, OnFull::Wait);
    for actor in &held {
        actor.tell(Hold).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
        // The handler holds the one; another one fills the mailbox.
        actor.tell(Print { page: 1 }).await.unwrap();
        system.groups().join("printers", actor.recipient::<Print>());
    }
    system.groups().join("printers", free.recipient::<Print>());
    let broadcast = tokio::spawn({
        let groups = system.groups();
        async move { groups.broadcast("printers", Print { page: 2 }).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!broadcast.is_finished());
    assert_eq!(*fast.pages.lock().unwrap(), [2]);
    slow.gate.notify_one();
    assert_eq!(broadcast.await.unwrap(), 2, "the one that rejects did");
    held[0].ask(Settle).await.unwrap();
    assert_eq!(*slow.pages.lock().unwrap(), [1, 2]);
    picky.gate.notify_one();
}
