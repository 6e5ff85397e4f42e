//! Members that end, and members that start again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::prelude::*;
use actors::{Watchable, Watcher};

use crate::support::*;

#[tokio::test]
async fn whoever_hears_of_an_end_finds_the_actor_in_no_group() {
    let system = ActorSystem::new();
    for way in ["stop", "stop_now", "kill", "explode"] {
        let printer = system.spawn(Printer::default());
        let groups_at_the_end = Arc::new(Mutex::new(None));
        let look = {
            let (groups, seen) = (system.groups(), groups_at_the_end.clone());
            move |_| *seen.lock().unwrap() = Some(groups.groups())
        };
        // The watch comes first, and still is told last.
        printer.watched().add_watcher(Watcher::call(system.new_watch_id(), look));
        system.groups().join("printers", printer.recipient::<Print>());
        system.groups().join("printers", printer.recipient::<Print>());
        system.groups().join("devices", printer.recipient::<Scan>());
        match way {
            "stop" => printer.stop(),
            "stop_now" => printer.stop_now(),
            "kill" => printer.kill(),
            _ => printer.tell(Explode).await.unwrap(),
        }
        printer.wait().await;
        assert_eq!(*groups_at_the_end.lock().unwrap(), Some(Vec::new()), "{way}");
    }
}

#[tokio::test]
async fn the_dead_cannot_join() {
    let system = ActorSystem::new();
    let printer = system.spawn(Printer::default());
    printer.kill();
    printer.wait().await;
    assert!(!system.groups().join("printers", printer.recipient::<Print>()));
    assert!(system.groups().groups().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_member_stays_that_ends_while_it_joins() {
    let system = ActorSystem::new();
    for _ in 0..500 {
        let printer = system.spawn(Printer::default());
        let joining = tokio::spawn({
            let (groups, member) = (system.groups(), printer.recipient::<Print>());
            async move {
                groups.join("printers", member.clone());
                groups.leave("printers", member.clone());
                groups.join("printers", member.clone());
                groups.join("devices", member);
            }
        });
        printer.kill();
        printer.wait().await;
        joining.await.unwrap();
        assert!(system.groups().groups().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_is_no_end() {
    let system = ActorSystem::new();
    let observer = Observer::default();
    let watching = system.spawn(observer.clone());
    system.groups().watch("printers", &watching);
    let printer =
        system.actor(Printer::default).restart(Restart::permanent().max(5, Duration::from_secs(5))).spawn();
    system.groups().join("printers", printer.recipient::<Print>());
    printer.tell(Explode).await.unwrap();
    printer.ask(Settle).await.unwrap();
    assert_eq!(system.restarts(), 1);
    assert_eq!(system.groups().members::<Print>("printers"), [printer.recipient()]);
    watching.ask(Settle).await.unwrap();
    assert_eq!(observer.account(), [format!("+{}", printer.path())]);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_empties_the_groups() {
    let system = ActorSystem::new();
    for _ in 0..3 {
        let printer = system.spawn(Printer::default());
        system.groups().join("printers", printer.recipient::<Print>());
    }
    let report = system.shutdown(Duration::from_secs(5)).await;
    assert!(report.is_clean(), "{report}");
    assert!(system.groups().groups().is_empty());
}
