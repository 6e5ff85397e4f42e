//! Messages written by hand: replies, errors with one `?`, answers that come later, references that know one message.
//! Run it with `cargo run --example 02_messages`.

use std::collections::VecDeque;
use std::fmt;

use actors::prelude::*;

// ANCHOR: messages
/// Answered with a ticket when there is room.
#[derive(Message)]
#[message(reply = u32)]
struct Enter;

/// Answered with what it costs.
#[derive(Message)]
#[message(reply = Result<u32, NotInside>)]
struct Leave(u32);
// ANCHOR_END: messages

#[derive(Debug)]
struct NotInside(u32);

impl fmt::Display for NotInside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ticket {} is not inside", self.0)
    }
}

#[derive(Actor, Default)]
struct Garage {
    tickets: u32,
    inside: Option<u32>,
    waiting: VecDeque<ReplyTo<u32>>,
}

// ANCHOR: responder
impl Responder<Enter> for Garage {
    async fn respond(&mut self, _: Enter, reply: ReplyTo<u32>, _: &mut Context<Self>) {
        self.waiting.push_back(reply);
        self.let_in();
    }
}
// ANCHOR_END: responder

// ANCHOR: handler
impl Handler<Leave> for Garage {
    async fn handle(&mut self, Leave(ticket): Leave, _: &mut Context<Self>) -> Result<u32, NotInside> {
        self.inside.take_if(|inside| *inside == ticket).ok_or(NotInside(ticket))?;
        self.let_in();
        Ok(5)
    }
}
// ANCHOR_END: handler

impl Garage {
    fn let_in(&mut self) {
        if self.inside.is_none()
            && let Some(reply) = self.waiting.pop_front()
        {
            self.tickets += 1;
            self.inside = Some(self.tickets);
            reply.send(self.tickets);
        }
    }
}

async fn enter(gate: &Recipient<Enter>) -> Result<u32, AskError> {
    gate.ask(Enter).await
}

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    let garage = system.spawn(Garage::default());
    let gate = garage.recipient();
    let first = enter(&gate).await?;
    println!("ticket {first} is inside");

    // ANCHOR: later
    // The second one waits in the garage, which handles other messages meanwhile.
    let (second, paid) = tokio::join!(enter(&gate), garage.ask(Leave(first)));
    println!("ticket {first} paid {}; ticket {} is inside", paid?, second?);
    // ANCHOR_END: later

    // ANCHOR: errors
    match garage.ask(Leave(first)).await {
        Ok(paid) => println!("paid {paid}"),
        Err(CallError::Handler(NotInside(ticket))) => println!("refused: {ticket} has left"),
        Err(CallError::Ask(error)) => println!("no answer: {error}"),
    }
    // ANCHOR_END: errors
    garage.kill();
    garage.wait().await;
    if let Err(error) = garage.tell(Leave(2)).await {
        println!("not sent: {error}");
        println!("given back: ticket {}", error.into_message().0);
    }
    Ok(())
}
