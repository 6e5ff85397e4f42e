//! The order of equal keys.

use actors::prelude::*;

use crate::support::{Gate, Journal, Placed, seconds};

fn placed(order: &'static str, number: u64) -> Placed {
    Placed { order, number }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn equal_keys_keep_their_order_however_many_run_at_a_time() {
    const ORDERS: [&str; 5] = ["a", "b", "c", "d", "e"];
    let bus = ActorSystem::new().bus();
    let journal = Journal::<Placed>::default();
    let noted = journal.clone();
    bus.subscribe::<Placed>().concurrency(8).for_each(move |event| {
        let noted = noted.clone();
        async move {
            for _ in 0..event.number % 3 {
                tokio::task::yield_now().await;
            }
            noted.note(event);
        }
    });
    for number in 0..200 {
        for order in ORDERS {
            bus.publish(placed(order, number)).await.unwrap();
        }
    }
    let entries = journal.filled(1000).await;
    for order in ORDERS {
        let of_one = entries.iter().filter(|event| event.order == order).map(|event| event.number);
        assert!(of_one.eq(0..200), "{order}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_tried_again_holds_up_its_key_and_no_other() {
    let bus = ActorSystem::new().bus();
    let journal = Journal::<(&str, u64)>::default();
    let (noted, tries) = (journal.clone(), Journal::default());
    bus.subscribe::<Placed>().concurrency(2).retry(Retry::fixed(seconds(10)).max(3)).for_each(move |event| {
        let (noted, tries) = (noted.clone(), tries.clone());
        async move {
            if event.number == 1 {
                tries.note(1);
                if tries.entries().len() < 3 {
                    return Err(ActorError::msg("not yet"));
                }
            }
            noted.note((event.order, event.number));
            Ok(())
        }
    });
    for event in [placed("a", 1), placed("a", 2), placed("b", 3), placed("b", 4)] {
        bus.publish(event).await.unwrap();
    }
    assert_eq!(journal.filled(4).await, [("b", 3), ("b", 4), ("a", 1), ("a", 2)]);
}

#[tokio::test]
async fn equal_keys_wait_for_each_other_across_the_members_of_a_group() {
    let bus = ActorSystem::new().bus();
    let (gate, journal) = (Gate::closed(), Journal::<u64>::default());
    for _ in 0..2 {
        let (gate, journal) = (gate.clone(), journal.clone());
        bus.subscribe::<Placed>().group("billing").for_each(move |event| {
            let (gate, journal) = (gate.clone(), journal.clone());
            async move {
                if event.number == 1 {
                    gate.pass(1).await;
                }
                journal.note(event.number);
            }
        });
    }
    for event in [placed("a", 1), placed("a", 2), placed("b", 3)] {
        bus.publish(event).await.unwrap();
    }
    assert_eq!(journal.filled(1).await, [3]);
    gate.open();
    assert_eq!(journal.filled(3).await, [3, 1, 2]);
}

/// An event whose key is written by hand.
#[derive(Message, Clone, Debug)]
struct Moved {
    from: u8,
    to: u8,
}

impl Event for Moved {
    const TOPIC: &'static str = "goods.moved";

    fn key(&self) -> Option<String> {
        (self.from > 0).then(|| format!("{}-{}", self.from, self.to))
    }
}

#[tokio::test]
async fn keys_written_by_hand_count_and_can_be_read() {
    let bus = ActorSystem::new().bus();
    let mut all = bus.pattern("goods.>").into_stream();
    let (gate, journal) = (Gate::closed(), Journal::<(u8, u8)>::default());
    let (door, noted) = (gate.clone(), journal.clone());
    bus.subscribe::<Moved>().concurrency(3).for_each(move |event| {
        let (door, noted) = (door.clone(), noted.clone());
        async move {
            if event.from == 1 && noted.entries().len() < 2 {
                door.pass(1).await;
            }
            noted.note((event.from, event.to));
        }
    });
    for (from, to) in [(1, 2), (1, 2), (0, 3), (2, 1)] {
        bus.publish(Moved { from, to }).await.unwrap();
    }
    assert_eq!(journal.filled(2).await, [(0, 3), (2, 1)], "the second of the key waits for the first");
    gate.open();
    assert_eq!(journal.filled(4).await[2..], [(1, 2), (1, 2)]);
    let mut keys = Vec::new();
    for _ in 0..4 {
        keys.push(all.next().await.unwrap().key().map(str::to_owned));
    }
    assert_eq!(
        keys.iter().map(Option::as_deref).collect::<Vec<_>>(),
        [Some("1-2"), Some("1-2"), None, Some("2-1")]
    );
}
