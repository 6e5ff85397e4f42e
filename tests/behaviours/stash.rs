//! Messages that are put off and taken up again.

use std::sync::Arc;

use actors::prelude::*;
use actors::{DeadLetterReason, StashFull};
use tokio::sync::Notify;

use crate::support::*;

/// Takes parcels and questions only while it is open.
#[derive(Clone, Default, Actor)]
struct Shop {
    open: bool,
    journal: Journal,
}

#[derive(Message)]
struct Parcel(u32);

#[derive(Message)]
#[message(reply = String)]
struct Question(u32);

impl Handler<Parcel> for Shop {
    async fn handle(&mut self, parcel: Parcel, ctx: &mut Context<Self>) {
        if !self.open {
            if let Err(full) = ctx.stash(parcel) {
                self.journal.note(full.to_string());
                self.journal.note(format!("back: {}", full.into_inner().0));
            }
            return;
        }
        assert_ne!(parcel.0, 13, "it explodes");
        self.journal.note(format!("parcel {}", parcel.0));
    }
}

impl Responder<Question> for Shop {
    async fn respond(&mut self, question: Question, reply: ReplyTo<String>, ctx: &mut Context<Self>) {
        if self.open {
            self.journal.note(format!("question {}", question.0));
            reply.send(format!("answer {}", question.0));
        } else if let Err(full) = ctx.stash_request(question, reply) {
            let full: StashFull<(Question, ReplyTo<String>)> = full;
            full.into_inner().1.send("no room".to_owned());
        }
    }
}

#[handlers]
impl Shop {
    /// Opens, and answers how many are taken up again.
    #[handler]
    fn open(&mut self, ctx: &mut Context<Self>) -> usize {
        self.open = true;
        ctx.unstash_all()
    }
    #[handler]
    async fn open_after(&mut self, gate: Arc<Notify>, ctx: &mut Context<Self>) {
        gate.notified().await;
        self.open(ctx);
    }
    #[handler]
    fn close(&mut self) {
        self.open = false;
    }
    #[handler]
    fn stashed(&self, ctx: &mut Context<Self>) -> usize {
        ctx.stashed()
    }
    #[handler]
    fn explode(&mut self) {
        panic!("exploded");
    }
}

fn spawn(stash: usize) -> (ActorSystem, Journal, ActorRef<Shop>) {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let shop = Shop { open: false, journal: journal.clone() };
    let restart = Restart::transient().max(9, seconds(60));
    let actor = system.actor(move || shop.clone()).stash(stash).restart(restart).spawn();
    (system, journal, actor)
}

#[tokio::test]
async fn stashed_messages_come_first_and_in_order() {
    let (_system, journal, shop) = spawn(100);
    for number in 0..3 {
        shop.tell(Parcel(number)).await.unwrap();
    }
    assert_eq!(shop.stashed().await, Ok(3));
    let gate = Arc::new(Notify::new());
    shop.open_after(gate.clone()).tell().await.unwrap();
    shop.tell(Parcel(3)).await.unwrap();
    tokio::task::yield_now().await;
    shop.tell(Parcel(4)).urgent().await.unwrap();
    gate.notify_one();
    assert_eq!(shop.stashed().await, Ok(0));
    let expected = ["parcel 0", "parcel 1", "parcel 2", "parcel 4", "parcel 3"];
    assert_eq!(journal.take(), expected, "before what is queued, and also before what is urgent");
}

#[tokio::test]
async fn what_is_stashed_again_keeps_its_place() {
    /// Puts off everything whose turn has not come.
    #[derive(Actor)]
    struct Sorter(u32, Journal);
    impl Handler<Parcel> for Sorter {
        async fn handle(&mut self, parcel: Parcel, ctx: &mut Context<Self>) {
            let has_come = parcel.0 == self.0;
            self.1.note(format!("{}{}", parcel.0, if has_come { "!" } else { "" }));
            if has_come {
                self.0 += 1;
                ctx.unstash_all();
            } else {
                ctx.stash(parcel).unwrap();
            }
        }
    }
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let sorter = system.spawn(Sorter(0, journal.clone()));
    for number in [2, 1, 3, 0, 4] {
        sorter.tell(Parcel(number)).await.unwrap();
    }
    sorter.stop();
    sorter.wait().await;
    assert_eq!(journal.take(), ["2", "1", "3", "0!", "2", "1!", "2!", "3!", "4!"]);
}

#[tokio::test]
async fn a_full_stash_gives_the_message_back() {
    let (_system, journal, shop) = spawn(2);
    for number in 0..3 {
        shop.tell(Parcel(number)).await.unwrap();
    }
    assert_eq!(shop.ask(Question(7)).await.unwrap(), "no room");
    assert_eq!(journal.take(), ["the stash is full: it holds 2 messages", "back: 2"]);
    assert_eq!(shop.open().await, Ok(2));
    shop.close().await.unwrap();
    shop.tell(Parcel(9)).await.unwrap();
    assert_eq!(shop.stashed().await, Ok(1), "there is room again");
}

#[tokio::test]
async fn a_stashed_question_is_answered_later() {
    let (_system, journal, shop) = spawn(100);
    let question = tokio::spawn(shop.ask(Question(1)).owned());
    while shop.stashed().await != Ok(1) {
        tokio::task::yield_now().await;
    }
    shop.tell(Parcel(2)).await.unwrap();
    assert_eq!(shop.open().await, Ok(2));
    assert_eq!(question.await.unwrap().unwrap(), "answer 1");
    shop.stashed().await.unwrap();
    assert_eq!(journal.take(), ["question 1", "parcel 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_stashed_question_nobody_waits_for_any_more_is_dropped() {
    let (system, journal, shop) = spawn(100);
    assert_eq!(shop.ask(Question(1)).timeout(seconds(1)).await, Err(AskError::Timeout(seconds(1))));
    assert_eq!(shop.open().await, Ok(1));
    shop.stashed().await.unwrap();
    assert!(journal.take().is_empty());
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Expired), 1);
}

#[tokio::test(start_paused = true)]
async fn the_stash_of_a_life_that_is_over_is_dead() {
    type End = fn(&ActorRef<Shop>);
    let ends: [End; 4] =
        [|shop| shop.explode().try_tell().unwrap(), |shop| shop.stop(), ActorRef::stop_now, ActorRef::kill];
    for end in ends {
        let (system, journal, shop) = spawn(100);
        shop.tell(Parcel(1)).await.unwrap();
        let question = tokio::spawn(shop.ask(Question(2)).timeout(seconds(3_600)).owned());
        while shop.stashed().await != Ok(2) {
            tokio::task::yield_now().await;
        }
        let begin = tokio::time::Instant::now();
        end(&shop);
        assert_eq!(question.await.unwrap(), Err(AskError::Stopped));
        assert_eq!(begin.elapsed(), seconds(0), "at once");
        assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 2);
        if shop.is_alive() {
            assert_eq!(shop.stashed().await, Ok(0), "gone at the restart");
        }
        assert!(journal.take().is_empty());
    }
}

#[tokio::test]
async fn what_was_taken_up_again_is_as_good_as_queued() {
    let (system, journal, shop) = spawn(100);
    for number in [1, 13, 2] {
        shop.tell(Parcel(number)).await.unwrap();
    }
    assert_eq!(shop.open().await, Ok(3));
    // The second one ends the life. The third is kept, and stashed by the next life, which is closed.
    assert_eq!(shop.stashed().await, Ok(1));
    assert_eq!(shop.open().await, Ok(1));
    shop.stashed().await.unwrap();
    assert_eq!(journal.take(), ["parcel 1", "parcel 2"]);
    assert_eq!(system.dead_letter_counts().total(), 0);
}
