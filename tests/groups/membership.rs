//! Who is a member.

use actors::prelude::*;

use crate::support::*;

#[tokio::test]
async fn members_are_listed_in_the_order_in_which_they_joined() {
    let system = ActorSystem::new();
    let (one, two) = (system.spawn(Printer::default()), system.spawn(Printer::default()));
    let groups = system.groups();
    assert!(groups.members::<Print>("printers").is_empty());
    assert!(groups.join("printers", two.recipient::<Print>()));
    assert!(groups.join("printers", one.recipient::<Print>()));
    let all: Vec<Recipient<Print>> = system.groups().members("printers");
    assert_eq!(all, [two.recipient(), one.recipient()]);
}

#[tokio::test]
async fn an_actor_is_a_member_as_often_as_it_joined() {
    let system = ActorSystem::new();
    let printer = system.spawn(Printer::default());
    let groups = system.groups();
    groups.join("printers", printer.recipient::<Print>());
    groups.join("printers", printer.recipient::<Print>());
    assert_eq!(groups.members::<Print>("printers").len(), 2);
    assert!(groups.leave("printers", printer.recipient::<Print>()));
    assert_eq!(groups.members::<Print>("printers").len(), 1);
    assert!(groups.leave("printers", printer.recipient::<Print>()));
    assert!(!groups.leave("printers", printer.recipient::<Print>()));
    assert!(groups.members::<Print>("printers").is_empty());
}

#[tokio::test]
async fn members_for_other_messages_are_passed_over() {
    let system = ActorSystem::new();
    let (one, two) = (system.spawn(Printer::default()), system.spawn(Printer::default()));
    let groups = system.groups();
    groups.join("devices", one.recipient::<Print>());
    groups.join("devices", two.recipient::<Scan>());
    groups.join("devices", one.recipient::<Scan>());
    assert_eq!(groups.members::<Print>("devices"), [one.recipient()]);
    assert_eq!(groups.members::<Scan>("devices"), [two.recipient(), one.recipient()]);
    assert!(!groups.leave("devices", two.recipient::<Print>()));
    assert!(groups.leave("devices", one.recipient::<Scan>()));
    assert_eq!(groups.members::<Print>("devices"), [one.recipient()]);
}

#[tokio::test]
async fn a_group_exists_while_it_has_members() {
    let system = ActorSystem::new();
    let printer = system.spawn(Printer::default());
    let observer = system.spawn(Observer::default());
    let groups = system.groups();
    groups.watch("scanners", &observer);
    groups.join("printers", printer.recipient::<Print>());
    groups.join("devices", printer.recipient::<Print>());
    assert_eq!(groups.groups(), ["devices", "printers"]);
    groups.leave("printers", printer.recipient::<Print>());
    assert_eq!(groups.groups(), ["devices"]);
}

#[tokio::test]
async fn a_membership_keeps_the_actor_alive() {
    let system = ActorSystem::new();
    let printer = system.spawn(Printer::default());
    let watched = printer.downgrade();
    system.groups().join("printers", printer.recipient::<Print>());
    drop(printer);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let member = system.groups().members::<Print>("printers").pop().unwrap();
    member.ask(Print { page: 1 }).await.unwrap();
    assert!(system.groups().leave("printers", member));
    while watched.upgrade().is_some() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn systems_have_groups_of_their_own() {
    let (here, there) = (ActorSystem::new(), ActorSystem::new());
    let printer = here.spawn(Printer::default());
    here.groups().join("printers", printer.recipient::<Print>());
    assert!(there.groups().groups().is_empty());
}
