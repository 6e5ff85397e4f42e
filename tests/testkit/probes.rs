//! Probes: what they expect, and what they say when it does not come.

use actors::prelude::*;
use actors::testkit::{Probe, TestSystem};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn messages_come_in_their_order() {
    let system = TestSystem::new();
    let probe = Probe::<Done>::new(&system);
    let echo = system.spawn(Echo { to: probe.recipient() });
    assert_eq!(probe.try_next(), None);
    for number in 0..3 {
        echo.repeat(number).tell().await.unwrap();
    }
    assert_eq!(probe.expect().await, Done(0));
    assert_eq!(probe.expect_within(seconds(1)).await, Done(1));
    assert_eq!(probe.expect_that(|done| done.0 == 2).await, Done(2));
    probe.expect_no_message(seconds(60)).await;
    drop(echo);
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_message_is_there_as_soon_as_it_was_sent() {
    let system = TestSystem::new();
    let probe = Probe::<Done>::new(&system);
    probe.recipient().try_tell(Done(1)).unwrap();
    assert_eq!(probe.try_next(), Some(Done(1)));
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_expectation_waits_three_seconds_of_virtual_time() {
    let system = TestSystem::new();
    let probe = Probe::<Done>::new(&system);
    let echo = system.spawn(Echo { to: probe.recipient() });
    let in_time = std::time::Duration::from_millis(2_999);
    echo.repeat_after(1, in_time).await.unwrap();
    assert_eq!(probe.expect().await, Done(1));
    echo.repeat_after(2, seconds(4)).await.unwrap();
    let too_long = probe.clone();
    let text = panic_of(async move { too_long.expect().await }).await;
    assert!(text.starts_with("a `Done` was expected within 3s, and none came"), "{text}");
    assert_eq!(probe.expect_within(seconds(2)).await, Done(2));
    echo.stop();
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_report_says_where_and_what_happened_instead() {
    let system = TestSystem::new();
    system.allow_dead_letters();
    let probe = Probe::<Done>::new(&system);
    let echo = system.spawn(Echo { to: probe.recipient() });
    let other = system.spawn(Echo { to: probe.recipient() });
    echo.explode().tell().await.unwrap();
    echo.repeat(1).tell().await.unwrap();
    let (expecting, line) = (probe.clone(), line!() + 1);
    let text = panic_of(async move { expecting.expect().await }).await;
    let caller = format!("expected at {}:{line}:", file!());
    let (echo_path, other_path) = (echo.path(), other.path());
    for part in [
        caller.as_str(),
        &format!("by Probe<Done>({})", probe.path()),
        &format!("dead letter (stopped): a `Repeat` to {echo_path}"),
        &format!("{echo_path} panicked: exploded; ended"),
        &format!("{other_path} runs"),
    ] {
        assert!(text.contains(part), "`{part}` is missing in:\n{text}");
    }
    other.stop();
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_not_expected_is_shown() {
    let system = TestSystem::new();
    let probe = Probe::<Done>::new(&system);
    probe.recipient().try_tell(Done(7)).unwrap();
    let expecting = probe.clone();
    let text = panic_of(async move { expecting.expect_that(|done| done.0 == 8).await }).await;
    assert!(text.starts_with("Done(7) came, which is not what was expected"), "{text}");
    probe.recipient().try_tell(Done(7)).unwrap();
    let expecting = probe.clone();
    let text = panic_of(async move { expecting.expect_no_message(seconds(1)).await }).await;
    assert!(text.starts_with("no `Done` was expected for 1s, and one came"), "{text}");
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_test_answers_questions_in_the_order_it_likes() {
    let system = TestSystem::new();
    let prices = Probe::<Price>::new(&system);
    let ask = |what| tokio::spawn(prices.recipient().ask(Price(what)).owned());
    let (tea, milk) = (ask("tea"), ask("milk"));
    let (first, for_tea) = prices.expect_request().await;
    let (second, for_milk) = prices.expect_request().await;
    assert_eq!((first, second), (Price("tea"), Price("milk")));
    assert!(for_tea.is_wanted());
    for_milk.send(2);
    assert_eq!(milk.await.unwrap(), Ok(2));
    for_tea.send(18);
    assert_eq!(tea.await.unwrap(), Ok(18));
    prices.recipient().tell(Price("salt")).await.unwrap();
    let (_, nobody) = prices.expect_request().await;
    assert!(!nobody.is_wanted());
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn taking_a_message_acknowledges_it() {
    let system = TestSystem::new();
    let probe = Probe::<Done>::new(&system);
    let echo = system.spawn(Echo { to: probe.recipient() });
    let confirmed = tokio::spawn(echo.confirm(1).owned());
    assert_eq!(probe.expect().await, Done(1));
    assert_eq!(confirmed.await.unwrap(), Ok(true));
    // A reply with a value cannot be made up.
    let prices = Probe::<Price>::new(&system);
    let question = tokio::spawn(prices.recipient().ask(Price("tea")).owned());
    prices.expect().await;
    assert_eq!(question.await.unwrap(), Err(AskError::NoReply));
    echo.stop();
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_end_is_expected_before_and_after_it_comes() {
    let system = TestSystem::new();
    let probe = Probe::<Done>::new(&system);
    let echo = system.spawn(Echo { to: probe.recipient() });
    echo.explode().tell_after(seconds(1));
    for _ in 0..2 {
        let end = probe.expect_terminated(&echo).await;
        assert_eq!((end.id(), end.path()), (echo.id(), &echo.path()));
        assert!(matches!(end.reason(), ExitReason::Panicked(text) if text == "exploded"));
    }
    let lasting = system.spawn(Echo { to: probe.recipient() });
    let (expecting, waiting) = (probe.clone(), lasting.clone());
    let text = panic_of(async move { expecting.expect_terminated(&waiting).await }).await;
    let beginning = format!("the end of ActorRef({}) was expected within 3s", lasting.path());
    assert!(text.starts_with(&beginning), "{text}");
    drop(lasting);
    system.finish().await;
}

/// Forgets its listener once that has ended.
struct Careful {
    listener: Option<Probe<Done>>,
}

impl Actor for Careful {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        if let Some(listener) = &self.listener {
            ctx.watch(listener);
        }
        Ok(())
    }
}

impl Handler<Terminated> for Careful {
    async fn handle(&mut self, _: Terminated, _: &mut Context<Self>) {
        self.listener = None;
    }
}

#[handlers]
impl Careful {
    #[handler]
    pub(crate) fn listens(&mut self) -> bool {
        self.listener.is_some()
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_can_be_watched_and_stopped() {
    let system = TestSystem::new();
    let probe = Probe::<Done>::new(&system);
    let careful = system.spawn(Careful { listener: Some(probe.clone()) });
    assert!(careful.listens().await.unwrap());
    probe.recipient().try_tell(Done(1)).unwrap();
    probe.stop();
    probe.expect_terminated(&probe).await;
    assert!(!careful.listens().await.unwrap());
    let refused = probe.recipient().tell(Done(2)).await.unwrap_err();
    assert!(refused.is_stopped());
    assert_eq!(refused.into_message(), Done(2));
    assert_eq!(probe.try_next(), Some(Done(1)), "it was received before");
    drop(careful);
    system.finish().await;
}

#[derive(Event, Clone, Debug)]
#[event(topic = "lamps.lit")]
struct Lit {
    lamp: u64,
}

#[tokio::test(start_paused = true)]
async fn a_probe_can_be_subscribed() {
    let system = TestSystem::new();
    let probe = Probe::<Lit>::new(&system);
    let subscription = system.bus().subscribe::<Lit>().to(&probe);
    subscription.ready().await.unwrap();
    system.bus().publish(Lit { lamp: 3 }).await.unwrap();
    probe.expect_that(|lit| lit.lamp == 3).await;
    system.finish().await;
}

#[tokio::test(start_paused = true)]
async fn expectations_can_be_given_up() {
    let system = TestSystem::new();
    let probe = Probe::<Done>::new(&system);
    assert!(tokio::time::timeout(seconds(1), probe.expect()).await.is_err());
    probe.recipient().try_tell(Done(1)).unwrap();
    assert_eq!(probe.expect().await, Done(1));
    system.finish().await;
}

#[tokio::test]
async fn probes_work_in_real_time_and_in_any_system() {
    let system = ActorSystem::new();
    let probe = Probe::<Done>::new(&system);
    let echo = system.spawn(Echo { to: probe.recipient() });
    echo.repeat(1).tell().await.unwrap();
    assert_eq!(probe.expect().await, Done(1));
}
