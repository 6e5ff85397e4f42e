//! Many questions at once.

use actors::Requests;
use actors::prelude::*;
use tokio::time::{Instant, sleep};

use crate::support::*;

/// Answers after so many seconds, or drops the question.
#[derive(Actor)]
struct Slow;

#[handlers]
impl Slow {
    #[handler]
    fn answer(&mut self, after: Option<u64>, reply: ReplyTo<u64>, ctx: &mut Context<Self>) {
        if let Some(after) = after {
            ctx.pipe(
                async move {
                    sleep(seconds(after)).await;
                    (after, reply)
                },
                |(after, reply)| Late(after, reply),
            );
        }
    }
    #[handler]
    fn check(&mut self, number: u64) -> Result<u64, std::num::TryFromIntError> {
        u8::try_from(number).map(u64::from)
    }
}

#[derive(Message)]
struct Late(u64, ReplyTo<u64>);

impl Handler<Late> for Slow {
    async fn handle(&mut self, late: Late, _: &mut Context<Self>) {
        late.1.send(late.0);
    }
}

/// Answers at once, to two messages.
#[derive(Actor)]
struct Echo;

#[derive(Message)]
#[message(reply = u64)]
struct EchoBack(u64);

impl Handler<EchoBack> for Echo {
    async fn handle(&mut self, echo: EchoBack, _: &mut Context<Self>) -> u64 {
        echo.0
    }
}

#[handlers]
impl Echo {
    #[handler(message = EchoNumber)]
    fn echo(&mut self, number: u64) -> u64 {
        number
    }
}

#[tokio::test(start_paused = true)]
async fn answers_come_in_the_order_they_are_given() {
    let system = ActorSystem::new();
    let (slow, echo) = (system.spawn(Slow), system.spawn(Echo));
    let mut requests = Requests::new();
    for after in [3, 1, 2, 9, 1] {
        requests.add(format!("after {after}"), slow.answer(Some(after)));
    }
    requests.add("dropped".into(), slow.answer(None));
    requests.add("other".into(), echo.echo(7));
    requests.add("other target".into(), echo.recipient().ask(EchoBack(8)));
    assert_eq!(requests.len(), 8);
    let begin = Instant::now();
    let mut answers = Vec::new();
    while let Some((key, answer)) = requests.next().await {
        answers.push((begin.elapsed().as_secs(), key, answer));
    }
    let expected = [
        (0, "dropped", Err(AskError::NoReply)),
        (0, "other", Ok(7)),
        (0, "other target", Ok(8)),
        (1, "after 1", Ok(1)),
        (1, "after 1", Ok(1)),
        (2, "after 2", Ok(2)),
        (3, "after 3", Ok(3)),
        (5, "after 9", Err(AskError::Timeout(seconds(5)))),
    ];
    answers[..3].sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(answers, expected.map(|(at, key, answer)| (at, key.to_owned(), answer)));
    assert!(requests.is_empty());
    assert_eq!(requests.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn requests_are_sent_when_they_are_added_and_lost_by_no_dropped_wait() {
    let system = ActorSystem::new();
    let slow = system.spawn(Slow);
    let mut requests = Requests::new();
    requests.add(1, slow.answer(Some(4)));
    requests.add(2, slow.answer(Some(4)).timeout(seconds(3)));
    sleep(seconds(2)).await;
    for _ in 0..3 {
        assert!(tokio::time::timeout(milliseconds(100), requests.next()).await.is_err());
    }
    sleep(seconds(3)).await;
    let begin = Instant::now();
    assert_eq!(requests.next().await, Some((2, Err(AskError::Timeout(seconds(3))))));
    assert_eq!(requests.next().await, Some((1, Ok(4))));
    assert_eq!(begin.elapsed(), seconds(0), "both had come meanwhile");
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_has_its_answer_at_once_and_a_cancelled_one_none() {
    let system = ActorSystem::new();
    let (slow, gone) = (system.spawn(Slow), system.spawn(Slow));
    gone.stop();
    gone.wait().await;
    let mut requests = Requests::default();
    requests.add("slow", slow.answer(Some(1)));
    requests.add("gone", gone.answer(Some(1)));
    requests.add("gone and not wanted", gone.answer(Some(1)));
    assert_eq!(requests.cancel(&"gone and not wanted"), 1);
    requests.add("slow", slow.answer(Some(2)));
    requests.add("kept", slow.answer(Some(3)));
    sleep(milliseconds(1_500)).await;
    assert_eq!(requests.cancel(&"slow"), 2, "one was answered, one was not");
    assert_eq!(requests.cancel(&"slow"), 0);
    assert_eq!(requests.next().await, Some(("gone", Err(AskError::Stopped))));
    assert_eq!(requests.next().await, Some(("kept", Ok(3))));
    assert_eq!(requests.next().await, None);
    requests.add("again", slow.answer(Some(1)));
    assert_eq!(requests.next().await, Some(("again", Ok(1))));
}

#[tokio::test(start_paused = true)]
async fn requests_wait_for_room_like_any_other() {
    let system = ActorSystem::new();
    let slow = system.actor(|| Slow).mailbox(Mailbox::bounded(1)).spawn();
    let mut requests = Requests::new();
    for number in 0..50 {
        // Woken twice: when there is room, and when there is an answer.
        requests.add(number, slow.answer(Some(2)));
    }
    let mut answered = Vec::new();
    while let Some((number, answer)) = requests.next().await {
        assert_eq!(answer, Ok(2));
        answered.push(number);
    }
    answered.sort_unstable();
    assert_eq!(answered, Vec::from_iter(0..50));
}

#[tokio::test]
async fn handlers_errors_are_one_level_deep() {
    let system = ActorSystem::new();
    let slow = system.spawn(Slow);
    let mut requests = Requests::new();
    requests.add(1, slow.check(1));
    requests.add(1_000, slow.check(1_000));
    assert!(matches!(requests.next().await, Some((1, Ok(1)))));
    assert!(matches!(requests.next().await, Some((1_000, Err(CallError::Handler(_))))));
}

#[tokio::test]
async fn an_actor_has_each_answer_sent_to_it() {
    #[derive(Actor)]
    struct Gatherer(Journal);
    #[derive(Message)]
    struct Gathered(u64, Result<u64, AskError>);
    impl Handler<Gathered> for Gatherer {
        async fn handle(&mut self, gathered: Gathered, _: &mut Context<Self>) {
            self.0.note(format!("{} {}", gathered.0, gathered.1.unwrap()));
        }
    }
    #[handlers]
    impl Gatherer {
        #[handler]
        fn gather(&mut self, from: Vec<ActorRef<Echo>>, ctx: &mut Context<Self>) {
            let mut requests = Requests::new();
            for (number, echo) in (0..).zip(&from) {
                requests.add(number, echo.echo(number * 10));
            }
            ctx.attach(requests, |(number, answer)| Gathered(number, answer));
        }
    }
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let gatherer = system.spawn(Gatherer(journal.clone()));
    gatherer.gather((0..3).map(|_| system.spawn(Echo)).collect()).await.unwrap();
    while journal.entries().len() < 3 {
        tokio::task::yield_now().await;
    }
    let mut entries = journal.take();
    entries.sort();
    assert_eq!(entries, ["0 0", "1 10", "2 20"]);
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_keeps_requests_can_be_asked_by_those_it_asks() {
    /// Keeps its question under way while it handles others'.
    #[derive(Actor, Default)]
    struct Peer(Requests<(), Result<u64, AskError>>);
    #[handlers]
    impl Peer {
        #[handler]
        fn begin(&mut self, other: ActorRef<Peer>, me: ActorRef<Peer>) {
            self.0.add((), other.relay(me));
        }
        #[handler]
        async fn relay(&mut self, from: ActorRef<Peer>) -> u64 {
            from.ping().await.unwrap() + 1
        }
        #[handler]
        fn ping(&mut self) -> u64 {
            1
        }
        #[handler]
        async fn end(&mut self) -> Option<u64> {
            self.0.next().await.and_then(|((), answer)| answer.ok())
        }
    }
    let system = ActorSystem::new();
    let (one, other) = (system.spawn(Peer::default()), system.spawn(Peer::default()));
    one.begin(other.clone(), one.clone()).await.unwrap();
    sleep(seconds(1)).await;
    assert_eq!(one.end().await, Ok(Some(2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_questions_on_all_threads_are_answered_once_each() {
    let system = ActorSystem::new();
    let echoes: Vec<_> = (0..16).map(|_| system.spawn(Echo)).collect();
    let mut requests = Requests::new();
    for number in 0..10_000 {
        requests.add(number, echoes[number as usize % 16].echo(number).timeout(seconds(60)));
    }
    let mut sum = 0;
    while let Some((number, answer)) = requests.next().await {
        assert_eq!(answer, Ok(number));
        sum += number;
    }
    assert_eq!(sum, 9_999 * 5_000);
}
