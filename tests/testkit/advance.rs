//! Virtual time.

use std::time::Duration;

use actors::testkit::{Probe, TestSystem, advance};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn what_is_due_has_happened() {
    let system = TestSystem::new();
    let probe = Probe::<Done>::new(&system);
    let echo = system.spawn(Echo { to: probe.recipient() });
    for minute in [3, 1, 2] {
        echo.repeat_after(minute, seconds(60 * minute)).await.unwrap();
    }
    advance(seconds(60) - Duration::from_millis(1)).await;
    assert_eq!(probe.try_next(), None);
    advance(Duration::from_millis(1)).await;
    assert_eq!(probe.try_next(), Some(Done(1)));
    advance(seconds(120)).await;
    assert_eq!(probe.try_next(), Some(Done(2)));
    assert_eq!(probe.try_next(), Some(Done(3)));
    echo.stop();
    system.finish().await;
}
