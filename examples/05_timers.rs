//! Timers: a message later, again and again, with a key, or after silence; and messages that are put off until their time.
//! Run it with `cargo run --example 05_timers`.

use std::time::Duration;

use actors::prelude::*;

/// A coffee machine that has to heat up first.
#[derive(Default)]
struct Machine {
    is_hot: bool,
    blinks: u32,
}

#[derive(Message, Clone)]
struct Blink;

#[derive(Message)]
struct Hot;

#[derive(Message)]
struct Clean;

#[derive(Message, Clone)]
struct SwitchOff;

#[derive(Message)]
struct Brew(&'static str);

// ANCHOR: set
impl Actor for Machine {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        println!("heats up");
        ctx.after(Duration::from_millis(100), Hot);
        ctx.timer("blink").every(Duration::from_millis(20), Blink);
        ctx.idle_timeout(Duration::from_millis(400), SwitchOff);
        Ok(())
    }
}
// ANCHOR_END: set

impl Handler<Blink> for Machine {
    async fn handle(&mut self, _: Blink, _: &mut Context<Self>) {
        self.blinks += 1;
    }
}

// ANCHOR: stash
impl Handler<Brew> for Machine {
    async fn handle(&mut self, brew: Brew, ctx: &mut Context<Self>) {
        if !self.is_hot {
            println!("{} has to wait", brew.0);
            if let Err(full) = ctx.stash(brew) {
                ctx.fail(full);
            }
            return;
        }
        println!("serves {}", brew.0);
        // Replaces what was set with this key before: it cleans itself after the last cup.
        ctx.timer("clean").after(Duration::from_millis(100), Clean);
    }
}

impl Handler<Hot> for Machine {
    async fn handle(&mut self, _: Hot, ctx: &mut Context<Self>) {
        println!("is hot after {} blinks", self.blinks);
        self.is_hot = true;
        ctx.timer("blink").cancel();
        ctx.unstash_all();
    }
}
// ANCHOR_END: stash

impl Handler<Clean> for Machine {
    async fn handle(&mut self, _: Clean, _: &mut Context<Self>) {
        println!("cleans itself");
    }
}

impl Handler<SwitchOff> for Machine {
    async fn handle(&mut self, _: SwitchOff, ctx: &mut Context<Self>) {
        println!("switches itself off");
        ctx.stop();
    }
}

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    let machine = system.spawn(Machine::default());
    machine.tell(Brew("an espresso")).await?;
    // ANCHOR: from_outside
    machine.ask(Brew("a mocha")).tell_after(Duration::from_millis(20));
    let tea = machine.ask(Brew("a tea")).tell_after(Duration::from_millis(30));
    tea.cancel();
    // ANCHOR_END: from_outside
    machine.wait().await;
    Ok(())
}
