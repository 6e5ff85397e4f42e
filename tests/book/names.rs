//! The programs on names and groups.

use actors::prelude::*;
use actors::testkit::{Probe, TestSystem};

#[derive(Actor, Default)]
struct Printer {
    pages: u32,
}

#[derive(Message, Clone)]
struct Print;

impl Handler<Print> for Printer {
    async fn handle(&mut self, _: Print, _: &mut Context<Self>) {
        self.pages += 1;
    }
}

#[derive(Actor)]
struct Scanner;

#[tokio::test(start_paused = true)]
async fn actors_are_found_by_name_and_path() -> actors::Result<()> {
    let system = TestSystem::new();
    // ANCHOR: names
    let printer = system.actor(Printer::default).name("printer").start().await?;
    let found: ActorRef<Printer> = system.lookup("printer")?;
    assert_eq!(found, printer);

    let error = system.lookup::<Scanner>("printer").expect_err("it is another type");
    assert_eq!(error.to_string(), "the actor named \"printer\" is a Printer, not a Scanner");

    // Somebody else may start it later.
    let waiting = system.await_name::<Scanner>("scanner");
    let (scanner, started) = tokio::join!(waiting, system.actor(|| Scanner).name("scanner").start());
    assert_eq!(scanner, started?);

    // Any actor, by name or path: for tools.
    let any: AnyActorRef = system.resolve("/scanner")?;
    assert_eq!((any.type_name(), system.names()), ("Scanner", vec!["printer".into(), "scanner".into()]));
    // ANCHOR_END: names
    printer.stop();
    scanner.stop();
    system.finish().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn actors_are_found_by_what_they_are_for() {
    let system = TestSystem::new();
    let probe = Probe::<GroupChanged>::new(&system);
    let printers = [system.spawn(Printer::default()), system.spawn(Printer::default())];
    // ANCHOR: groups
    let groups = system.groups();
    groups.watch("printers", &probe.recipient());
    for printer in &printers {
        groups.join("printers", printer.recipient::<Print>());
    }
    let members: Vec<Recipient<Print>> = groups.members("printers");
    assert_eq!(members.len(), 2);
    assert_eq!(groups.broadcast("printers", Print).await, 2); // so many took it

    printers[0].stop();
    let gone = |change: &GroupChanged| !change.left.is_empty();
    while !gone(&probe.expect().await) {}
    assert_eq!(groups.members::<Print>("printers"), [printers[1].recipient()]);
    // ANCHOR_END: groups
    printers[1].stop();
    system.finish().await;
}
