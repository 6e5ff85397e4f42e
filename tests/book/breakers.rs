//! The programs of the chapter on circuit breakers.

use std::time::Duration;

use actors::BreakerState;
use actors::prelude::*;
use actors::testkit::TestSystem;

/// Answers nobody any more when it is told to hang.
#[derive(Actor, Default)]
struct Bank {
    hangs: bool,
    waiting: Vec<ReplyTo<Result<u64, String>>>,
}

#[handlers]
impl Bank {
    #[handler]
    fn charge(&mut self, cents: u64, reply: ReplyTo<Result<u64, String>>) {
        if self.hangs {
            self.waiting.push(reply);
        } else {
            reply.send(if cents > 100_000 { Err("declined".to_owned()) } else { Ok(cents) });
        }
    }
    #[handler]
    fn hang(&mut self) {
        self.hangs = true;
    }
}

// ANCHOR: shop
struct Shop {
    bank: ActorRef<Bank>,
    breaker: CircuitBreaker,
    bank_is_there: bool,
}

#[handlers]
impl Shop {
    #[handler]
    async fn pay(&mut self, cents: u64) -> Result<u64, String> {
        // That the bank declines is an answer, and no failure of the bank.
        let is_failure = |error: &CallError<String>| matches!(error, CallError::Ask(_));
        match self.breaker.call_with(self.bank.charge(cents), is_failure).await {
            Ok(charged) => Ok(charged),
            Err(BreakerError::Open { .. }) => Err("cash only, please".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}
// ANCHOR_END: shop

// ANCHOR: changes
#[derive(Message)]
struct Changed(BreakerState);

impl Actor for Shop {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        ctx.attach(self.breaker.changes().subscribe(), Changed);
        Ok(())
    }
}

impl Handler<Changed> for Shop {
    async fn handle(&mut self, Changed(state): Changed, _: &mut Context<Self>) {
        self.bank_is_there = state != BreakerState::Open;
    }
}
// ANCHOR_END: changes

#[handlers(client = ShopSigns)]
impl Shop {
    #[handler]
    fn takes_cards(&self) -> bool {
        self.bank_is_there
    }
}

#[tokio::test(start_paused = true)]
async fn a_shop_does_without_a_bank_that_hangs() -> actors::Result<()> {
    let system = TestSystem::new();
    let bank = system.spawn(Bank::default());
    // ANCHOR: builder
    let breaker = CircuitBreaker::builder("bank")
        .max_failures(3) // in a row
        .call_timeout(Duration::from_secs(1)) // for each call; a timeout is a failure
        .reset_timeout(Backoff::exponential(Duration::from_secs(10), Duration::from_secs(300)))
        .build();
    // ANCHOR_END: builder
    let shop = system.spawn(Shop { bank: bank.clone(), breaker, bank_is_there: true });
    assert_eq!(shop.pay(300).await, Ok(300));
    for _ in 0..5 {
        assert_eq!(shop.pay(900_000).await, Err(CallError::Handler("declined".to_owned())));
    }
    bank.hang().await?;
    for _ in 0..3 {
        assert_eq!(shop.pay(1).await.unwrap_err().to_string(), "the call did not end within 1s");
    }
    assert_eq!(shop.pay(1).await.unwrap_err().to_string(), "cash only, please");
    while shop.takes_cards().await? {}
    bank.stop();
    shop.stop();
    system.finish().await;
    Ok(())
}
