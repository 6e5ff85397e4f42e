//! The wheel against the plainest model of one: a sorted map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::wheel::Wheel;

#[derive(Debug, Clone)]
enum Step {
    /// Sets an entry so many ticks from now.
    Set(u64),
    /// Removes the entry that was set as the n-th, if it has not fired.
    Remove(prop::sample::Index),
    /// So many ticks pass, and so many steps are done of what is due then.
    Pass(u64, usize),
}

/// Near, far, and as far as numbers go; often some that add up to others, so that entries meet.
fn ticks() -> impl Strategy<Value = u64> {
    prop_oneof![
        8 => prop::sample::select(vec![0, 1, 36, 64, 100, 101, 904, 4_096, 5_000]),
        4 => 0u64..70,
        3 => 0u64..5_000,
        2 => 0u64..1 << 20,
        1 => 0u64..1 << 40,
        1 => Just(u64::MAX),
        1 => any::<u64>(),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => ticks().prop_map(Step::Set),
        2 => any::<prop::sample::Index>().prop_map(Step::Remove),
        3 => (ticks(), 0usize..10).prop_map(|(ticks, steps)| Step::Pass(ticks, steps)),
    ];
    prop::collection::vec(step, 0..200)
}

proptest! {
    #[test]
    fn the_wheel_is_a_sorted_map(steps in steps(), most in 1usize..4) {
        let mut wheel = Wheel::new();
        let mut model = BTreeMap::new();
        // Where each entry went and when it is due, by the order they were set.
        let mut set: Vec<(u32, u64)> = Vec::new();
        let mut now = 0u64;
        for step in steps {
            match step {
                Step::Set(delay) => {
                    let (stamp, due) = (set.len() as u64, now.saturating_add(delay));
                    set.push((wheel.insert(due, stamp, stamp), due));
                    model.insert((due, stamp), ());
                }
                Step::Remove(index) => {
                    let Some(stamp) = (!set.is_empty()).then(|| index.index(set.len())) else { continue };
                    let (place, due) = set[stamp];
                    let stamp = stamp as u64;
                    let removed = wheel.remove(place, stamp);
                    prop_assert_eq!(removed.is_some(), model.remove(&(due, stamp)).is_some());
                    prop_assert!(removed.is_none_or(|item| item == stamp));
                }
                Step::Pass(ticks, steps) => {
                    let mut fired = Vec::new();
                    now = now.saturating_add(ticks);
                    // Often not all that is due, so that sets and removals meet what is on the move.
                    for _ in 0..steps {
                        wheel.step(now, most, &mut fired);
                        let earliest = model.keys().nth(fired.len()).map(|&(due, _)| due);
                        prop_assert!(wheel.next() <= earliest || earliest.is_none());
                    }
                    for (stamp, item) in fired {
                        prop_assert_eq!(stamp, item);
                        let ((due, first), ()) = model.pop_first().expect("nothing fires that was not set");
                        prop_assert_eq!(first, stamp, "in order");
                        prop_assert!(due <= now, "one for {} fired at {}", due, now);
                    }
                }
            }
        }
        let mut fired = Vec::new();
        while wheel.step(u64::MAX, most, &mut fired) {}
        let expected: Vec<u64> = model.into_keys().map(|(_, stamp)| stamp).collect();
        prop_assert_eq!(fired.into_iter().map(|(stamp, _)| stamp).collect::<Vec<_>>(), expected);
        prop_assert_eq!(wheel.next(), None);
        prop_assert!(wheel.pages() <= 1);
    }
}
