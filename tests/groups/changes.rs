//! What those who watch a group hear.

use actors::Mailbox;
use actors::prelude::*;

use crate::support::*;

#[tokio::test]
async fn a_watcher_hears_of_each_change_in_order() {
    let system = ActorSystem::new();
    let observer = Observer::default();
    let watching = system.spawn(observer.clone());
    let (one, two) = (system.spawn(Printer::default()), system.spawn(Printer::default()));
    let groups = system.groups();
    groups.join("printers", one.recipient::<Print>());
    let present = groups.watch("printers", &watching);
    assert_eq!(present.iter().map(|member| member.path().clone()).collect::<Vec<_>>(), [one.path()]);
    assert_eq!(present[0].recipient::<Print>(), Some(one.recipient()));
    assert_eq!(present[0].recipient::<Scan>(), None);
    groups.join("printers", two.recipient::<Print>());
    groups.leave("printers", one.recipient::<Print>());
    groups.join("printers", one.recipient::<Scan>());
    groups.leave("printers", one.recipient::<Scan>());
    groups.join("printers", two.recipient::<Scan>());
    groups.join("scanners", two.recipient::<Scan>());
    two.kill();
    two.wait().await;
    watching.ask(Settle).await.unwrap();
    let (one, two) = (one.path(), two.path());
    assert_eq!(
        observer.account(),
        [
            format!("+{two}"),
            format!("-{one}"),
            format!("+{one}"),
            format!("-{one}"),
            format!("+{two}"),
            format!("-{two}"),
            format!("-{two}")
        ]
    );
    let heard = observer.heard.lock().unwrap();
    assert!(heard.iter().all(|change| change.group == "printers"), "{heard:?}");
    assert_eq!(heard.last().unwrap().left.len(), 2, "one notice for one end");
}

#[tokio::test]
async fn watching_twice_is_watching_once_and_unwatching_ends_it() {
    let system = ActorSystem::new();
    let observer = Observer::default();
    let watching = system.spawn(observer.clone());
    let printer = system.spawn(Printer::default());
    let groups = system.groups();
    groups.watch("printers", &watching);
    groups.watch("printers", &watching);
    groups.join("printers", printer.recipient::<Print>());
    assert!(groups.unwatch("printers", &watching));
    assert!(!groups.unwatch("printers", &watching));
    groups.leave("printers", printer.recipient::<Print>());
    watching.ask(Settle).await.unwrap();
    assert_eq!(observer.account(), [format!("+{}", printer.path())]);
}

#[tokio::test]
async fn a_full_mailbox_misses_no_change() {
    let system = ActorSystem::new();
    let observer = Observer::default();
    let clone = observer.clone();
    let watching =
        system.actor(move || clone.clone()).mailbox(Mailbox::bounded(1).on_full(OnFull::Reject)).spawn();
    system.groups().watch("printers", &watching);
    watching.try_tell(Settle).unwrap();
    watching.try_tell(Settle).unwrap_err();
    let printer = system.spawn(Printer::default());
    for _ in 0..10 {
        system.groups().join("printers", printer.recipient::<Print>());
    }
    while observer.account().len() < 10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_watcher_that_ends_is_forgotten() {
    let system = ActorSystem::new();
    let watching = system.spawn(Observer::default());
    system.groups().watch("printers", &watching);
    watching.kill();
    watching.wait().await;
    assert!(!system.groups().unwatch("printers", &watching));
    let printer = system.spawn(Printer::default());
    system.groups().join("printers", printer.recipient::<Print>());
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test]
async fn an_actor_may_be_a_member_and_a_watcher_of_one_group() {
    struct Peer;

    impl Actor for Peer {
        async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
            let groups = ctx.system().groups();
            groups.watch("peers", &ctx.myself());
            groups.join("peers", ctx.myself().recipient::<GroupChanged>());
            Ok(())
        }
    }

    impl Handler<GroupChanged> for Peer {
        async fn handle(&mut self, change: GroupChanged, ctx: &mut Context<Self>) {
            assert_eq!(change.joined[0].path(), &ctx.myself().path());
            ctx.stop();
        }
    }

    let system = ActorSystem::new();
    assert_eq!(system.spawn(Peer).wait().await.to_string(), ExitReason::Normal.to_string());
    assert!(system.groups().groups().is_empty());
}
