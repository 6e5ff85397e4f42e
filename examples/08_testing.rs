//! Runs a test in many orders of turns: one that holds in all of them, and one that does not.
//! Run it with `cargo run --example 08_testing`.

use std::time::Duration;

use actors::prelude::*;
use actors::testkit::{Explorer, TestSystem};

// ANCHOR: account
#[derive(Actor)]
struct Account {
    balance: i64,
}

#[handlers]
impl Account {
    #[handler]
    fn balance(&mut self) -> i64 {
        self.balance
    }

    #[handler]
    fn withdraw(&mut self, amount: i64) {
        self.balance -= amount;
    }

    /// Checks and acts in one turn.
    #[handler]
    fn withdraw_if_covered(&mut self, amount: i64) {
        if self.balance >= amount {
            self.balance -= amount;
        }
    }
}

#[derive(Actor)]
struct Customer {
    account: ActorRef<Account>,
}

#[handlers]
impl Customer {
    #[handler]
    async fn buy_carefully(&mut self, price: i64) {
        self.account.withdraw_if_covered(price).await.unwrap();
    }

    #[handler]
    async fn buy_hastily(&mut self, price: i64) {
        if self.account.balance().await.unwrap() >= price {
            self.account.withdraw(price).await.unwrap(); // somebody else may have withdrawn meanwhile
        }
    }
}
// ANCHOR_END: account

// ANCHOR: explored
async fn nobody_overdraws(system: TestSystem, hastily: bool) {
    let account = system.spawn(Account { balance: 10 });
    for _ in 0..2 {
        let customer = system.spawn(Customer { account: account.clone() });
        if hastily {
            customer.buy_hastily(8).tell().await.unwrap();
        } else {
            customer.buy_carefully(8).tell().await.unwrap();
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await; // virtual: until nobody has anything left to do
    let balance = account.balance().await.unwrap();
    assert!(balance >= 0, "overdrawn: {balance}");
    drop(account);
    system.finish().await;
}
// ANCHOR_END: explored

fn main() {
    // ANCHOR: run
    Explorer::new().run(|system| nobody_overdraws(system, false));
    // ANCHOR_END: run
    println!("careful customers: nobody overdraws in 200 orders of turns");

    // A test would `run` this one too, and fail. The panic that appears is the test's.
    let failure = Explorer::new().first_failure(|system| nobody_overdraws(system, true));
    println!("hasty customers: {}", failure.expect("they overdraw in some order"));
}
