//! A `Result` is flattened once, by its name or by a flag.
#![allow(unreachable_pub)]

use std::io;

use actors::prelude::*;

#[derive(Debug)]
struct Overdrawn;

impl std::fmt::Display for Overdrawn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("overdrawn")
    }
}

impl std::error::Error for Overdrawn {}

type Outcome = Result<u64, Overdrawn>;

mod search {
    pub struct Result(pub u64);
}

#[derive(Actor)]
struct Account(u64);

#[handlers]
impl Account {
    #[handler]
    fn withdraw(&mut self, amount: u64) -> Result<u64, Overdrawn> {
        self.0 = self.0.checked_sub(amount).ok_or(Overdrawn)?;
        Ok(self.0)
    }

    #[handler(fallible)]
    fn deposit(&mut self, amount: u64) -> Outcome {
        self.0 += amount;
        Ok(self.0)
    }

    #[handler]
    async fn save(&self) -> io::Result<()> {
        Ok(())
    }

    #[handler]
    fn audit(&self) -> actors::Result<u64> {
        Ok(self.0)
    }

    #[handler(plain)]
    fn find(&self) -> search::Result {
        search::Result(self.0)
    }

    #[handler(plain)]
    fn attempt(&self) -> Result<u64, u8> {
        Ok(self.0)
    }
}

#[derive(Message)]
#[message(reply = Outcome, fallible)]
struct Close;

impl Handler<Close> for Account {
    async fn handle(&mut self, _: Close, _: &mut Context<Self>) -> Outcome {
        Ok(0)
    }
}

async fn client(account: ActorRef<Account>) -> Result<u64, Box<dyn std::error::Error>> {
    let left: u64 = account.withdraw(1).await?;
    let right: u64 = account.deposit(1).await?;
    let flat: Result<u64, CallError<Overdrawn>> = account.ask(Close).await;
    account.save().await?;
    let nested: Result<u64, u8> = account.attempt().await?;
    let found: search::Result = account.find().await?;
    Ok(left + right + flat? + found.0 + nested.unwrap_or(0))
}

async fn audits(account: ActorRef<Account>) -> u64 {
    account.audit().await.map_err(|_: CallError<actors::Error>| ()).unwrap_or(0)
}

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    let account = system.spawn(Account(10));
    assert_eq!(client(account.clone()).await.ok(), Some(9 + 10 + 10 + 10));
    assert_eq!(audits(account.clone()).await, 10);
    assert!(matches!(account.withdraw(11).await, Err(CallError::Handler(Overdrawn))));
    Ok(())
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
