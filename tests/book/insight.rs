//! The programs of "Seen from outside".

use std::time::Duration;

use actors::LifecycleEvent;
use actors::prelude::*;

#[derive(Actor)]
struct Plain;

// ANCHOR: inspect
struct Till {
    open: bool,
    takings: u64,
}

impl Actor for Till {
    fn inspect(&self) -> String {
        format!("open: {}, {} in it", self.open, self.takings)
    }
}
// ANCHOR_END: inspect

#[handlers]
impl Till {
    #[handler]
    fn take(&mut self, amount: u64) {
        self.takings += amount;
    }
}

#[tokio::test]
async fn systems_and_actors_are_looked_at() -> actors::Result<()> {
    let system = ActorSystem::new();
    let till = system.actor(|| Till { open: true, takings: 0 }).name("till").start().await?;
    till.take(7).await?;
    // ANCHOR: snapshot
    let snapshot = system.snapshot();
    let seen = snapshot.actor("/till").expect("it runs");
    assert_eq!((seen.handled, seen.mailbox_depth, seen.restarts), (1, 0, 0));
    println!("{snapshot}");
    // ANCHOR_END: snapshot
    assert_eq!(snapshot.to_string(), "till (Till): running, 0 queued, 1 handled\n1 actors, 0 restarts");

    // ANCHOR: inspecting
    let inspection = till.inspect().await?;
    assert_eq!(inspection.description, "open: true, 7 in it");
    // By name or path, whatever its type, as a console would:
    let anybody = system.resolve("/till")?;
    assert_eq!((anybody.type_name(), anybody.inspect().await?.description), ("Till", inspection.description));
    // ANCHOR_END: inspecting

    // ANCHOR: suspend
    till.suspend();
    till.take(1).tell().await?;
    assert_eq!(till.inspect().await?.snapshot.mailbox_depth, 1);
    till.resume();
    // ANCHOR_END: suspend
    till.take(2).await?;
    assert_eq!(till.inspect().await?.description, "open: true, 10 in it");
    Ok(())
}

#[tokio::test]
async fn what_becomes_of_actors_is_heard() -> actors::Result<()> {
    let system = ActorSystem::new();
    // ANCHOR: lifecycle
    let mut lifecycle = system.lifecycle().subscribe();
    let plain = system.spawn(Plain);
    plain.stop();
    while let Some(event) = lifecycle.recv().await {
        match event {
            LifecycleEvent::Started { path, .. } => println!("{path} has started"),
            LifecycleEvent::Stopped { path, reason, .. } => {
                println!("{path} has ended: {reason}");
                break;
            }
            // Failed, Restarted, Stuck, Crowded
            other => println!("{other:?}"),
        }
    }
    // ANCHOR_END: lifecycle
    // ANCHOR: bus
    let audit = system.bus().subscribe::<LifecycleEvent>().for_each(|event| async move {
        println!("{}", event.path());
    });
    // ANCHOR_END: bus
    audit.cancel();
    Ok(())
}

#[tokio::test]
async fn the_watchdog_is_told_what_is_long() {
    // ANCHOR: watchdog
    let system = ActorSystem::builder().stuck_after(Duration::from_secs(2)).build();
    // ANCHOR_END: watchdog
    // ANCHOR: metrics
    // With the feature `metrics`, and any exporter that has installed its recorder:
    system.record_metrics_every(Duration::from_secs(10));
    // ANCHOR_END: metrics
}
