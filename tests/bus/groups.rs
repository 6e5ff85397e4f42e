//! Groups: each event to one member, and what a member had not handled to another.

use actors::prelude::*;

use crate::support::{Drawn, Gate, Journal, Scribe, draw, numbers, seconds};

#[tokio::test]
async fn each_event_goes_to_one_member_of_each_group_and_all_get_some() {
    let bus = ActorSystem::new().bus();
    let journals = ["billing", "billing", "shipping"].map(|group| {
        let journal = Journal::default();
        let noted = journal.clone();
        bus.subscribe::<Drawn>().group(group).for_each(move |Drawn(number)| {
            noted.note(number);
            async {}
        });
        journal
    });
    let mut alone = bus.subscribe::<Drawn>().into_stream();
    draw(&bus, 0..100).await;
    assert!(journals[2].filled(100).await.into_iter().eq(0..100));
    while journals[0].entries().len() + journals[1].entries().len() < 100 {
        tokio::task::yield_now().await;
    }
    let (first, second) = (journals[0].entries(), journals[1].entries());
    assert!(first.len() > 10 && second.len() > 10, "{} and {}", first.len(), second.len());
    let mut both = [first, second].concat();
    both.sort_unstable();
    assert!(both.into_iter().eq(0..100));
    for number in 0..100 {
        assert_eq!(alone.next().await, Some(Drawn(number)));
    }
}

#[tokio::test]
async fn actors_share_too() {
    let system = ActorSystem::new();
    let (bus, journal) = (system.bus(), Journal::default());
    for name in ["first", "second"] {
        bus.subscribe::<Drawn>().group("scribes").to(&system.spawn(Scribe::new(name, &journal)));
    }
    draw(&bus, 0..100).await;
    let entries = journal.filled(100).await;
    let mut all = numbers(&entries);
    all.sort_unstable();
    assert!(all.into_iter().eq(0..100));
    let of_first = entries.iter().filter(|(name, _)| *name == "first").count();
    assert!((10..=90).contains(&of_first), "{of_first}");
}

async fn hands_over(end: impl FnOnce(&ActorRef<Scribe>)) {
    let system = ActorSystem::new();
    let (bus, journal, gate) = (system.bus(), Journal::default(), Gate::closed());
    let stuck = system.spawn(Scribe::behind("stuck", &journal, &gate));
    let subscription = bus.subscribe::<Drawn>().group("scribes").to(&stuck);
    draw(&bus, 0..5).await;
    gate.arrivals.filled(1).await;
    let other = bus.subscribe::<Drawn>().group("scribes").to(&system.spawn(Scribe::new("other", &journal)));
    draw(&bus, 5..10).await;
    end(&stuck);
    subscription.wait().await;
    let mut all = numbers(&journal.filled(10).await);
    all.sort_unstable();
    assert!(all.into_iter().eq(0..10));
    assert_eq!((other.dropped(), other.failed()), (0, 0));
}

#[tokio::test]
async fn a_killed_member_hands_over_what_it_had_not_handled() {
    hands_over(ActorRef::kill).await;
}

#[tokio::test]
async fn a_stopped_member_hands_over_what_it_had_not_handled() {
    let system = ActorSystem::new();
    let (bus, journal, gate) = (system.bus(), Journal::default(), Gate::closed());
    let stuck = system.spawn(Scribe::behind("stuck", &journal, &gate));
    let subscription = bus.subscribe::<Drawn>().group("scribes").concurrency(3).to(&stuck);
    draw(&bus, 0..5).await;
    gate.arrivals.filled(1).await;
    bus.subscribe::<Drawn>().group("scribes").to(&system.spawn(Scribe::new("other", &journal)));
    stuck.stop_now();
    gate.open();
    subscription.wait().await;
    let entries = journal.filled(5).await;
    assert!(entries.contains(&("stuck", 0)), "the handler that ran was let finish");
    let mut all = numbers(&entries);
    all.sort_unstable();
    assert!(all.into_iter().eq(0..5));
    assert_eq!(system.dead_letter_counts().total(), 0, "what was handed over is handled");
}

#[tokio::test]
async fn a_member_that_panics_hands_over_and_the_poison_ends_as_a_dead_event() {
    let system = ActorSystem::new();
    let (bus, journal) = (system.bus(), Journal::default());
    let mut dead = bus.dead_events().into_stream();
    let builder = |name| {
        let journal = journal.clone();
        system
            .actor(move || Scribe::new(name, &journal))
            .restart(Restart::permanent().max(100, seconds(1000)))
            .spawn()
    };
    for name in ["first", "second"] {
        bus.subscribe::<Drawn>().group("scribes").to(&builder(name));
    }
    draw(&bus, [666_666, 1, 2]).await;
    let poison = dead.next().await.unwrap();
    assert_eq!(poison.downcast::<Drawn>(), Some(Drawn(666_666)));
    assert_eq!((poison.topic(), poison.group(), poison.attempts()), ("numbers.drawn", Some("scribes"), 2));
    let mut all = numbers(&journal.filled(4).await);
    all.sort_unstable();
    assert_eq!(all, [1, 2, 666_666, 666_666]);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_member_hands_over_what_it_would_have_tried_again() {
    let bus = ActorSystem::new().bus();
    let (tried, journal) = (Journal::default(), Journal::default());
    let noted = tried.clone();
    let failing = bus.subscribe::<Drawn>().group("g").retry(Retry::fixed(seconds(3600))).for_each(
        move |Drawn(number)| {
            noted.note(number);
            async { Err::<(), _>(ActorError::msg("never")) }
        },
    );
    draw(&bus, [1]).await;
    tried.filled(1).await;
    let noted = journal.clone();
    bus.subscribe::<Drawn>().group("g").for_each(move |Drawn(number)| {
        noted.note(number);
        async {}
    });
    failing.cancel();
    failing.wait().await;
    assert_eq!(journal.filled(1).await, [1]);
    assert_eq!(failing.dropped(), 0);
}

#[tokio::test]
async fn a_group_begins_anew_when_all_have_left() {
    let bus = ActorSystem::new().bus();
    let first = bus.subscribe::<Drawn>().group("g").into_stream();
    draw(&bus, [1]).await;
    drop(first);
    draw(&bus, [2]).await;
    let mut second = bus.subscribe::<Drawn>().group("g").into_stream();
    draw(&bus, [3]).await;
    assert_eq!(second.next().await, Some(Drawn(3)));
}

#[tokio::test]
async fn streams_share_too() {
    let bus = ActorSystem::new().bus();
    let mut streams = [(); 2].map(|()| bus.subscribe::<Drawn>().group("g").into_stream());
    draw(&bus, [1, 2]).await;
    let (first, second) = (streams[0].next().await, streams[1].next().await);
    assert_eq!((first, second), (Some(Drawn(1)), Some(Drawn(2))));
    assert_eq!((streams[0].try_next(), streams[1].try_next()), (None, None));
}
