//! Where every handler has a wire name, remote references have the client too.
#![allow(unreachable_pub)]

use actors::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Actor, Default)]
struct Counter {
    total: u64,
}

/// A message by hand, of a type that the macros did not write.
#[derive(Message, Serialize, Deserialize)]
#[message(reply = Result<Vec<u64>, String>, remote = "counter.list/2")]
enum List {
    All,
    First(u8),
}

#[handlers]
impl Counter {
    #[handler(remote = "counter.add/1")]
    pub fn add(&mut self, by: u64) -> Result<u64, String> {
        self.total += by;
        Ok(self.total)
    }

    #[handler(message = Zero, remote = "counter.zero/1")]
    pub fn reset(&mut self) {
        self.total = 0;
    }
}

#[handlers(client = CounterAdmin)]
impl Counter {
    #[handler(remote = "counter.dump/1")]
    fn dump(&self) -> u64 {
        self.total
    }

    #[handler]
    fn trim(&mut self) {}
}

async fn local(counter: ActorRef<Counter>) -> actors::Result<()> {
    counter.add(1).tell().await?;
    counter.dump().await?;
    counter.trim().await?;
    Ok(())
}

async fn remote(counter: RemoteRef<Counter>) -> actors::Result<()> {
    let _: u64 = counter.add(1).await?;
    let _: u64 = counter.ask(Add { by: 1 }).await?;
    let _: u64 = counter.ask(Dump).await?;
    counter.reset().await?;
    Ok(())
}

fn main() {
    let _ = (local, remote);
    let _ = (List::All, List::First(1));
    assert_eq!(List::WIRE_NAME, "counter.list/2");
    assert_eq!(
        [Add::WIRE_NAME, Zero::WIRE_NAME, Dump::WIRE_NAME],
        ["counter.add/1", "counter.zero/1", "counter.dump/1"]
    );
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
