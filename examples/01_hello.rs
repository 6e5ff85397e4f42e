//! The smallest program: an actor, the messages that its handlers make, and the two ways to send one.
//! Run it with `cargo run --example 01_hello`.

use actors::prelude::*;

/// Greets people and remembers how many.
#[derive(Actor, Default)]
struct Greeter {
    greeted: u64,
}

// ANCHOR: handlers
#[handlers]
impl Greeter {
    /// Makes a message, `Greet { name }`, and a method of references, `greet(name)`.
    #[handler]
    fn greet(&mut self, name: String) -> String {
        self.greeted += 1;
        format!("Hello, {name}!")
    }

    #[handler]
    fn count(&self) -> u64 {
        self.greeted
    }
}
// ANCHOR_END: handlers

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    let greeter = system.spawn(Greeter::default());

    // Awaited, a request asks: the answer comes back.
    println!("{}", greeter.greet("Ada".to_owned()).await?);

    // Told, the message is put into the mailbox, and nobody waits for the answer.
    greeter.greet("Alan".to_owned()).tell().await?;

    // The generated message can be sent by itself, too.
    println!("{}", greeter.ask(Greet { name: "Grace".to_owned() }).await?);

    // What one sender sends is handled in that order, so all three are counted.
    println!("greeted {}", greeter.count().await?);

    greeter.stop();
    println!("ended: {}", greeter.wait().await);
    if let Err(error) = greeter.count().await {
        println!("asked once more: {error}");
    }
    Ok(())
}
