//! What becomes of messages nobody handles.

use actors::DeadLetterReason;
use actors::prelude::*;

use crate::support::*;

#[tokio::test]
async fn a_dead_letter_can_be_read_and_taken() {
    let system = ActorSystem::new();
    let mut letters = system.dead_letters().subscribe();
    let scribe = Scribe::default();
    let actor = system.spawn(scribe.clone());
    actor.hold().tell().await.unwrap();
    scribe.entered.notified().await;
    actor.write(9).tell().await.unwrap();
    actor.stop_now();
    scribe.gate.notify_one();
    let letter = letters.recv().await.unwrap();
    assert_eq!(letter.reason(), DeadLetterReason::Stopped);
    assert_eq!(letter.message_type(), "Write");
    assert_eq!(letter.to(), &actor.path());
    assert!(letter.take::<String>().is_none(), "it is no String");
    assert_eq!(letter.take::<Write>().unwrap().number, 9);
    assert!(letter.take::<Write>().is_none(), "it was taken");
    let counts = system.dead_letter_counts();
    assert_eq!(counts.total(), 1);
    assert_eq!(counts.iter().find(|(reason, _)| reason.as_str() == "stopped").unwrap().1, 1);
}

#[tokio::test]
async fn what_goes_back_to_its_sender_is_no_dead_letter() {
    let system = ActorSystem::new();
    let actor = system.spawn(Scribe::default());
    actor.stop();
    actor.wait().await;
    assert!(actor.tell(Write { number: 1 }).await.unwrap_err().is_stopped());
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_tell_that_comes_too_late_is_one() {
    let system = ActorSystem::new();
    let actor = system.spawn(Scribe::default());
    actor.write(1).tell_after(seconds(1));
    let called_off = actor.write(2).tell_after(seconds(1));
    called_off.cancel();
    actor.stop();
    actor.wait().await;
    tokio::time::sleep(seconds(2)).await;
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 1);
}
