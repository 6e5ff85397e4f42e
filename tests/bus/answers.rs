//! Questions to whoever answers them.

use actors::prelude::*;

use crate::support::seconds;

#[derive(Message)]
#[message(reply = u64)]
struct GetPrice;

#[derive(Message)]
#[message(reply = Result<u64, String>)]
struct GetStock {
    known: bool,
}

#[derive(Actor)]
struct Pricing(u64);

impl Handler<GetPrice> for Pricing {
    async fn handle(&mut self, _: GetPrice, _: &mut Context<Self>) -> u64 {
        self.0
    }
}

impl Handler<GetStock> for Pricing {
    async fn handle(&mut self, get: GetStock, _: &mut Context<Self>) -> Result<u64, String> {
        if get.known { Ok(self.0) } else { Err("unknown".into()) }
    }
}

#[tokio::test]
async fn the_last_to_say_so_answers() {
    let system = ActorSystem::new();
    let bus = system.bus();
    bus.answer::<GetPrice>(&system.spawn(Pricing(1)));
    assert_eq!(bus.request(GetPrice).await, Ok(1));
    let second: Recipient<GetPrice> = system.spawn(Pricing(2)).recipient();
    bus.answer::<GetPrice>(&second);
    assert_eq!(bus.request(GetPrice).timeout(seconds(1)).await, Ok(2));
}

#[tokio::test]
async fn a_fallible_answer_is_one_result() {
    let system = ActorSystem::new();
    let bus = system.bus();
    bus.answer::<GetStock>(&system.spawn(Pricing(3)));
    assert_eq!(bus.request(GetStock { known: true }).await, Ok(3));
    assert_eq!(bus.request(GetStock { known: false }).await, Err(CallError::Handler("unknown".into())));
}

#[tokio::test(start_paused = true)]
async fn without_an_answering_actor_the_error_comes_at_once() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let begin = tokio::time::Instant::now();
    assert_eq!(bus.request(GetPrice).await, Err(AskError::Stopped));
    let actor = system.spawn(Pricing(1));
    bus.answer::<GetPrice>(&actor);
    actor.stop();
    actor.wait().await;
    assert_eq!(bus.request(GetPrice).await, Err(AskError::Stopped));
    assert!(bus.request(GetPrice).try_tell().is_err());
    assert_eq!(begin.elapsed(), seconds(0));
}

#[tokio::test]
async fn the_end_of_one_that_was_replaced_changes_nothing() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let (first, second) = (system.spawn(Pricing(1)), system.spawn(Pricing(2)));
    bus.answer::<GetPrice>(&first);
    bus.answer::<GetPrice>(&second);
    first.stop();
    first.wait().await;
    assert_eq!(bus.request(GetPrice).await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_later_and_answered_by_nobody_is_a_dead_letter() {
    let system = ActorSystem::new();
    let mut letters = system.dead_letters().subscribe();
    system.bus().request(GetPrice).tell_after(seconds(1));
    tokio::time::sleep(seconds(2)).await;
    let letter = letters.try_recv().unwrap();
    assert_eq!(letter.reason(), actors::DeadLetterReason::NoActor);
    assert!(letter.take::<GetPrice>().is_some());
    assert_eq!(system.dead_letter_counts().of(actors::DeadLetterReason::NoActor), 1);
}
