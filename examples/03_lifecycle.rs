//! The life of an actor: hooks at its start and end, starts that fail, names, watching others, and a restart.
//! Run it with `cargo run --example 03_lifecycle`.

use std::time::Duration;

use actors::prelude::*;

#[derive(Default)]
struct Door {
    is_stuck: bool,
    knocks: u32,
}

// ANCHOR: hooks
impl Actor for Door {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        if self.is_stuck {
            return Err(ActorError::msg("the door is stuck"));
        }
        println!("{} opens, life {}", ctx.myself().path(), ctx.incarnation().as_u32());
        Ok(())
    }

    async fn stopped(&mut self, ctx: &mut Context<Self>, reason: &ExitReason) {
        println!("{} closes after {} knocks: {reason}", ctx.myself().path(), self.knocks);
    }
}
// ANCHOR_END: hooks

#[handlers]
impl Door {
    #[handler]
    fn knock(&mut self, ctx: &mut Context<Self>) -> u32 {
        self.knocks += 1;
        if self.knocks == 3 {
            ctx.fail(ActorError::msg("that was too much"));
        }
        self.knocks
    }
}

/// Watches the door.
struct Guard {
    door: ActorRef<Door>,
    ends: Vec<String>,
}

// ANCHOR: watch
impl Actor for Guard {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        ctx.watch(&self.door);
        Ok(())
    }
}

impl Handler<Terminated> for Guard {
    async fn handle(&mut self, end: Terminated, _: &mut Context<Self>) {
        self.ends.push(format!("{} ended: {}", end.path(), end.reason()));
    }
}
// ANCHOR_END: watch

#[handlers]
impl Guard {
    #[handler]
    fn report(&self) -> Vec<String> {
        self.ends.clone()
    }
}

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    // `start` waits until `started` has returned, and gives its error.
    let stuck = system.actor(|| Door { is_stuck: true, knocks: 0 }).start().await;
    println!("first try: {}", stuck.expect_err("it is stuck"));

    // ANCHOR: named
    let door = system
        .actor(Door::default)
        .name("front-door")
        .restart(Restart::transient().max(1, Duration::from_secs(5)))
        .start()
        .await?;
    let found: ActorRef<Door> = system.lookup("front-door")?;
    // ANCHOR_END: named
    assert_eq!(door, found);
    let guard = system.spawn(Guard { door: door.clone(), ends: Vec::new() });

    // The third knock is too much: a new life begins, with a new state and the old address.
    for _ in 0..4 {
        println!("knock {}", door.knock().await?);
    }

    // A restart is not an end; this is.
    door.stop();
    door.wait().await;
    println!("the guard saw: {}", guard.report().await?.join(", "));
    Ok(())
}
