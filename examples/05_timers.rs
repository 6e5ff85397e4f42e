//! Timers: a message to oneself after a while, again and again until cancelled, and one that another actor gets later.
//! Run it with `cargo run --example 05_timers`.

use std::time::Duration;

use actors::TimerHandle;
use actors::prelude::*;

/// Boils an egg: ticks while it boils, and answers when it is done.
#[derive(Actor, Default)]
struct Kitchen {
    ticks: u32,
    ticking: Option<TimerHandle>,
    waiting: Option<ReplyTo<u32>>,
}

// ANCHOR: messages
#[derive(Message, Clone)]
struct Tick;

#[derive(Message)]
struct Done;
// ANCHOR_END: messages

// ANCHOR: boil
#[handlers]
impl Kitchen {
    #[handler]
    fn boil(&mut self, time: Duration, reply: ReplyTo<u32>, ctx: &mut Context<Self>) {
        self.ticking = Some(ctx.every(time / 5, Tick));
        ctx.after(time, Done);
        self.waiting = Some(reply);
    }

    #[handler]
    fn ring(&mut self, text: &'static str) {
        println!("ring: {text}");
    }
}
// ANCHOR_END: boil

impl Handler<Tick> for Kitchen {
    async fn handle(&mut self, _: Tick, _: &mut Context<Self>) {
        self.ticks += 1;
        println!("tick {}", self.ticks);
    }
}

// ANCHOR: done
impl Handler<Done> for Kitchen {
    async fn handle(&mut self, _: Done, ctx: &mut Context<Self>) {
        if let Some(ticking) = self.ticking.take() {
            ctx.cancel(ticking);
        }
        if let Some(reply) = self.waiting.take() {
            reply.send(self.ticks);
        }
    }
}
// ANCHOR_END: done

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    let kitchen = system.spawn(Kitchen::default());

    // ANCHOR: from_outside
    // Timers of an actor end with it. From outside, any message can be told later, or called off.
    kitchen.ring("the milk is hot").tell_after(Duration::from_millis(20));
    let called_off = kitchen.ring("the guests are here").tell_after(Duration::from_millis(30));
    called_off.cancel();
    // ANCHOR_END: from_outside

    let ticks = kitchen.boil(Duration::from_millis(500)).await?;
    println!("the egg is done after {ticks} ticks");

    // Nobody ticks any more.
    tokio::time::sleep(Duration::from_millis(200)).await;
    println!("quiet");
    Ok(())
}
