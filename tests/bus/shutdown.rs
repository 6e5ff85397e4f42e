//! The end of the bus.

use actors::prelude::*;
use actors::{DeadLetterReason, SubscribeError};

use crate::support::{Drawn, Gate, Journal, Scribe, draw, seconds};

#[derive(Event, Clone, Debug)]
#[event(topic = "orders.paid")]
struct Paid(u64);

#[tokio::test(start_paused = true)]
async fn what_waits_is_handled_and_what_runs_is_waited_for() {
    let system = ActorSystem::new();
    let (bus, journal) = (system.bus(), Journal::default());
    let noted = journal.clone();
    let subscription = bus.subscribe::<Drawn>().for_each(move |Drawn(number)| {
        let noted = noted.clone();
        async move {
            tokio::time::sleep(seconds(1)).await;
            noted.note(number);
        }
    });
    draw(&bus, 0..5).await;
    assert!(system.shutdown(seconds(60)).await.is_clean());
    assert!(journal.entries().into_iter().eq(0..5));
    assert!(subscription.has_ended());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_bounds_it_and_what_is_left_is_dead() {
    let system = ActorSystem::new();
    let (bus, gate) = (system.bus(), Gate::closed());
    let held = gate.clone();
    let subscription = bus.subscribe::<Drawn>().for_each(move |Drawn(number)| {
        let held = held.clone();
        async move { held.pass(number).await }
    });
    draw(&bus, 0..5).await;
    gate.arrivals.filled(1).await;
    system.shutdown(seconds(5)).await;
    subscription.wait().await;
    assert_eq!(gate.arrivals.entries(), [0]);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 5);
}

#[tokio::test]
async fn publishing_after_it_gives_the_event_back() {
    let system = ActorSystem::new();
    let bus = system.bus();
    system.shutdown(seconds(5)).await;
    let error = bus.publish(Drawn(1)).await.unwrap_err();
    assert!(error.is_closed());
    assert_eq!(error.into_event(), Drawn(1));
    assert_eq!(bus.try_publish(Drawn(2)).unwrap_err().into_event(), Drawn(2));
}

#[tokio::test]
async fn subscribing_after_it_ends_at_once() {
    let system = ActorSystem::new();
    let bus = system.bus();
    system.shutdown(seconds(5)).await;
    let subscription = bus.subscribe::<Drawn>().for_each(|_| async {});
    assert_eq!(subscription.ready().await, Err(SubscribeError::Closed));
    subscription.wait().await;
    assert_eq!(bus.subscribe::<Drawn>().into_stream().next().await, None);
    // The first to ask for a bus comes too late as well.
    let other = ActorSystem::new();
    other.shutdown(seconds(5)).await;
    assert!(other.bus().publish(Drawn(1)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_waits_is_told_and_an_unread_stream_delays_nothing() {
    let system = ActorSystem::new();
    let bus = system.bus();
    let mut stream = bus.subscribe::<Drawn>().capacity(1).into_stream();
    draw(&bus, [1]).await;
    let publisher = {
        let bus = bus.clone();
        tokio::spawn(async move { bus.publish(Drawn(2)).await })
    };
    tokio::time::sleep(seconds(1)).await;
    let begin = tokio::time::Instant::now();
    system.shutdown(seconds(60)).await;
    assert_eq!(begin.elapsed(), seconds(0));
    assert!(publisher.await.unwrap().unwrap_err().is_closed());
    assert_eq!((stream.next().await, stream.next().await), (Some(Drawn(1)), None));
}

#[tokio::test]
async fn actors_can_publish_to_the_end() {
    struct Last(Bus);
    impl Actor for Last {
        async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
            self.0.publish(Drawn(9)).await.unwrap();
        }
    }
    let system = ActorSystem::new();
    let mut stream = system.bus().subscribe::<Drawn>().into_stream();
    let _last = system.spawn(Last(system.bus()));
    system.shutdown(seconds(5)).await;
    assert_eq!((stream.next().await, stream.next().await), (Some(Drawn(9)), None));
}

#[test]
fn a_runtime_that_goes_down_takes_the_subscriptions_along() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (subscription, channel) = runtime.block_on(async {
        let bus = ActorSystem::new().bus();
        let subscription = bus.subscribe::<Drawn>().for_each(|_| std::future::pending::<()>());
        let channel = bus.subscribe::<Drawn>().into_channel(1);
        draw(&bus, 0..2).await;
        (subscription, channel)
    });
    drop(runtime);
    assert!(subscription.has_ended());
    assert!(channel.iter().count() <= 2);
}

#[tokio::test(start_paused = true)]
async fn actors_get_the_events_that_wait_for_them_before_they_end() {
    /// Takes its time, and passes each event on as another one.
    struct Slow(Journal<u64>);
    impl Actor for Slow {}
    impl Handler<Drawn> for Slow {
        async fn handle(&mut self, Drawn(number): Drawn, ctx: &mut Context<Self>) {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            self.0.note(number);
            if number < 300 {
                ctx.system().bus().publish(Paid(number)).await.unwrap();
            }
        }
    }
    impl Handler<Paid> for Slow {
        async fn handle(&mut self, Paid(number): Paid, _: &mut Context<Self>) {
            self.0.note(1_000 + number);
        }
    }
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let (first, second) = (Slow(journal.clone()), Slow(journal.clone()));
    let (first, second) = (system.spawn(first), system.spawn(second));
    let bus = system.bus();
    // Far more than the mailbox gets at a time.
    let _events = [bus.subscribe::<Drawn>().to(&first), bus.subscribe::<Paid>().to(&second)];
    draw(&bus, 0..300).await;
    let report = system.shutdown(seconds(60)).await;
    assert!(report.is_clean(), "{report}");
    let (drawn, paid): (Vec<u64>, Vec<u64>) =
        journal.entries().into_iter().partition(|&number| number < 1_000);
    assert!(drawn.into_iter().eq(0..300) && paid.into_iter().eq(1_000..1_300));
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test(start_paused = true)]
async fn events_that_nobody_gets_round_to_take_half_of_the_time_at_most() {
    let system = ActorSystem::new();
    let (journal, gate) = (Journal::default(), Gate::closed());
    let stuck = system.spawn(Scribe::behind("stuck", &journal, &gate));
    let open = Gate::closed();
    open.open();
    let patient = system.spawn(Scribe::behind("patient", &journal, &open));
    let bus = system.bus();
    let _events = bus.subscribe::<Drawn>().to(&stuck);
    draw(&bus, 0..100).await;
    let begin = tokio::time::Instant::now();
    let report = system.shutdown(seconds(8)).await;
    assert_eq!(report.killed(), [stuck.path()]);
    assert!(begin.elapsed() <= seconds(9), "{:?}", begin.elapsed());
    assert!(matches!(patient.wait().await, ExitReason::Shutdown));
}
