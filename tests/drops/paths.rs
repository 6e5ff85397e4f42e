//! The ways out.

use std::pin::Pin;

use actors::prelude::*;

use super::ledger::Cargo;
use super::yard::{
    Deliver, Deposit, How, Later, PassOn, Porter, Yard, discard, outcome, poll_once, seconds, settle,
};

type PorterRef<C> = ActorRef<Porter<C>>;

/// An ask under way. Awaited, it drops its answer.
type Asking = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Sends a question; `None` if it was answered or refused at once.
async fn asked<C: Cargo, M: Message>(porter: &PorterRef<C>, message: M) -> Option<Asking>
where
    Porter<C>: Responder<M>,
    <M::Kind as actors::ReplyKind<M::Reply>>::Answer: Send,
{
    let ask = porter.ask(message).owned();
    let mut asking: Asking = Box::pin(async move { outcome(ask).await });
    poll_once(&mut asking).await.is_none().then_some(asking)
}

/// Ends what may have ended by itself: cargo that panics in the handler's hands ends its actor.
async fn end<C: Cargo>(porter: PorterRef<C>) {
    porter.stop();
    porter.wait().await;
}

pub(super) async fn handled<C: Cargo>(yard: Yard<C>) {
    for how in [How::AtOnce, How::AfterAnAwait] {
        for _ in 0..10 {
            let porter = yard.porter();
            let recipient = porter.recipient::<Deliver<C>>();
            outcome(porter.tell(yard.message(how))).await;
            discard(porter.try_tell(yard.message(how)));
            outcome(porter.tell(yard.message(how)).urgent()).await;
            outcome(recipient.tell(yard.message(how))).await;
            outcome(porter.ask(yard.message(how))).await;
            outcome(recipient.ask(yard.message(how)).urgent()).await;
            end(porter).await;
        }
    }
}

pub(super) async fn panics<C: Cargo>(yard: Yard<C>) {
    for how in [How::Panic, How::PanicAfterAnAwait] {
        let porter = yard.porter();
        outcome(porter.tell(yard.message(how))).await;
        outcome(porter.tell(yard.message(How::AtOnce))).await;
        outcome(porter.ask(yard.message(How::AtOnce))).await;
        end(porter).await;
        let porter = yard.porter();
        outcome(porter.tell(yard.message(How::AtOnce))).await;
        outcome(porter.ask(yard.message(how))).await;
        end(porter).await;
    }
}

pub(super) async fn ends_its_actor<C: Cargo>(yard: Yard<C>) {
    for how in [How::Stop, How::Fail, How::StopNow, How::Kill] {
        for ask in [true, false] {
            let porter = yard.porter();
            let deposit = asked(&porter, Deposit(yard.cargo())).await;
            let last = if ask { asked(&porter, yard.message(how)).await } else { None };
            if !ask {
                outcome(porter.tell(yard.message(how))).await;
            }
            let behind = asked(&porter, yard.message(How::AtOnce)).await;
            discard(porter.try_tell(yard.message(How::AtOnce)));
            porter.wait().await;
            for ask in [deposit, last, behind].into_iter().flatten() {
                ask.await;
            }
        }
    }
}

pub(super) async fn queued_at_the_end<C: Cargo>(yard: Yard<C>, order: fn(&PorterRef<C>)) {
    for open_gate in [true, false] {
        let porter = yard.held(Mailbox::bounded(64)).await;
        let mut asks = Vec::new();
        for round in 0..10 {
            if round == 5 {
                order(&porter);
            }
            outcome(porter.tell(yard.message(How::AfterAnAwait))).await;
            asks.extend(asked(&porter, yard.message(How::AtOnce)).await);
            outcome(porter.tell(yard.message(How::AtOnce)).urgent()).await;
        }
        if open_gate {
            yard.gate.notify_one();
        } else {
            porter.kill();
        }
        porter.wait().await;
        for ask in asks {
            ask.await;
        }
    }
}

pub(super) async fn given_up<C: Cargo>(yard: Yard<C>) {
    let porter = yard.porter();
    discard(porter.ask(yard.message(How::AtOnce)));
    discard(porter.tell(yard.message(How::AtOnce)));
    end(porter).await;

    let porter = yard.held(Mailbox::default()).await;
    let queued = asked(&porter, yard.message(How::AtOnce)).await;
    discard(queued);
    let handled = asked(&porter, yard.message(How::AtTheGate)).await;
    yard.gate.notify_one();
    tokio::select! {
        () = yard.entered.notified() => {}
        // What nobody waits for is handled all the same, and may panic there.
        _ = porter.wait() => {}
    }
    discard(handled);
    yard.gate.notify_one();
    end(porter).await;

    // Answered, but nobody looks.
    let porter = yard.porter();
    let unread = asked(&porter, yard.message(How::AtOnce)).await;
    settle().await;
    discard(unread);
    end(porter).await;
    let porter = yard.porter();
    let kept = asked(&porter, Deposit(yard.cargo())).await;
    settle().await;
    discard(kept);
    end(porter).await;
}

pub(super) async fn expires<C: Cargo>(yard: Yard<C>) {
    let porter = yard.held(Mailbox::bounded(2)).await;
    let timeout = std::time::Duration::from_millis(1);
    for _ in 0..4 {
        // Two in the mailbox, two in the line.
        outcome(porter.ask(yard.message(How::AtOnce)).timeout(timeout)).await;
    }
    outcome(porter.ask(yard.message(How::AtOnce)).urgent().timeout(timeout)).await;
    yard.gate.notify_one();
    outcome(porter.ask(yard.message(How::AfterAnAwait)).timeout(seconds(60))).await;
    outcome(porter.ask(yard.message(How::AtTheGate)).timeout(timeout)).await;
    yard.gate.notify_one();
    end(porter).await;
}

pub(super) async fn overflows<C: Cargo>(yard: Yard<C>, policy: OnFull) {
    let porter = yard.held(Mailbox::bounded(3).on_full(policy)).await;
    let mut asks = Vec::new();
    for _ in 0..10 {
        outcome(porter.tell(yard.message(How::AtOnce))).await;
        asks.extend(asked(&porter, yard.message(How::AtOnce)).await);
        discard(porter.try_tell(yard.message(How::AfterAnAwait)));
        outcome(porter.tell(yard.message(How::AtOnce)).urgent()).await;
        asks.extend(asked(&porter, yard.message(How::AtOnce)).await);
    }
    yard.gate.notify_one();
    end(porter).await;
    for ask in asks {
        ask.await;
    }
}

pub(super) async fn waits_in_line<C: Cargo>(yard: Yard<C>) {
    for kill in [false, true] {
        let porter = yard.held(Mailbox::bounded(1)).await;
        discard(porter.try_tell(yard.message(How::AtOnce)));
        let (mut asks, mut tells) = (Vec::new(), Vec::new());
        for _ in 0..6 {
            asks.extend(asked(&porter, yard.message(How::AtOnce)).await);
            let mut tell = porter.ask(yard.message(How::AfterAnAwait)).owned().tell();
            assert!(poll_once(&mut tell).await.is_none());
            tells.push(tell);
        }
        for at in [4, 2, 0] {
            discard(asks.remove(at));
            discard(tells.remove(at));
        }
        if kill {
            porter.kill();
        } else {
            yard.gate.notify_one();
        }
        for ask in asks {
            ask.await;
        }
        for tell in tells {
            outcome(tell).await;
        }
        end(porter).await;
    }
}

pub(super) async fn goes_to_the_dead<C: Cargo>(yard: Yard<C>) {
    let porter = yard.porter();
    porter.kill();
    porter.wait().await;
    outcome(porter.tell(yard.message(How::AtOnce))).await;
    discard(porter.try_tell(yard.message(How::AtOnce)));
    outcome(porter.ask(yard.message(How::AtOnce))).await;
    outcome(porter.tell(yard.message(How::AtOnce)).urgent()).await;
    outcome(porter.recipient::<Deliver<C>>().ask(yard.message(How::AtOnce))).await;
}

pub(super) async fn restarts<C: Cargo>(yard: Yard<C>) {
    let builder = yard.system.actor(yard.factory()).mailbox(Mailbox::bounded(3));
    let porter = builder.restart(Restart::permanent().max(1_000, seconds(60))).spawn();
    for how in [How::Panic, How::Fail, How::Kill, How::StopNow, How::Stop, How::PanicAfterAnAwait] {
        let deposit = asked(&porter, Deposit(yard.cargo())).await;
        outcome(porter.tell(yard.message(how))).await;
        outcome(porter.tell(yard.message(How::AtOnce))).await;
        let behind = asked(&porter, yard.message(How::AfterAnAwait)).await;
        for ask in [deposit, behind].into_iter().flatten() {
            ask.await;
        }
    }
    yard.system.shutdown(seconds(5)).await;
}

pub(super) async fn dead_letters<C: Cargo>(yard: Yard<C>) {
    let mut reader = yard.system.dead_letters().subscribe();
    let never_reads = yard.system.dead_letters().subscribe();
    let porter = yard.held(Mailbox::bounded(2).on_full(OnFull::DropOldest)).await;
    for _ in 0..10 {
        outcome(porter.tell(yard.message(How::AtOnce))).await;
    }
    porter.kill();
    porter.wait().await;
    for take in [true, false, true, false] {
        let letter = reader.recv().await.unwrap();
        if take {
            discard(letter.take::<Deliver<C>>());
        }
        discard(letter);
    }
    discard(reader);
    discard(never_reads);
}

pub(super) async fn comes_later<C: Cargo>(yard: Yard<C>) {
    let porter = yard.porter();
    outcome(porter.tell(Later(yard.cargo()))).await;
    settle().await;
    let at_once = std::time::Duration::ZERO;
    porter.ask(yard.message(How::AtOnce)).tell_after(at_once);
    porter.ask(yard.message(How::AtOnce)).tell_after(seconds(1_000)).cancel();
    porter.ask(yard.message(How::AtOnce)).tell_after(seconds(1_000));
    settle().await;
    end(porter).await;
}

pub(super) async fn passed_on<C: Cargo>(yard: Yard<C>) {
    for how in [How::AtOnce, How::AfterAnAwait, How::Panic, How::Kill] {
        let (first, second) = (yard.porter(), yard.porter());
        outcome(first.ask(PassOn(yard.cargo(), second.clone(), how))).await;
        outcome(first.tell(PassOn(yard.cargo(), second.clone(), how))).await;
        end(second.clone()).await;
        outcome(first.ask(PassOn(yard.cargo(), second.clone(), how))).await;
        outcome(first.tell(PassOn(yard.cargo(), second, how))).await;
        end(first).await;
    }
}

/// Leaves cargo everywhere: in the handler, the mailbox, the line, a timer, a pipe, the state, a reply handle.
async fn fill<C: Cargo>(yard: &Yard<C>) -> (PorterRef<C>, PorterRef<C>) {
    let porter = yard.porter();
    outcome(porter.tell(Later(yard.cargo()))).await;
    let deposit = asked(&porter, Deposit(yard.cargo())).await;
    settle().await;
    let held = yard.held(Mailbox::bounded(2)).await;
    for _ in 0..4 {
        let (porter, message) = (held.clone(), yard.message(How::AtOnce));
        tokio::spawn(async move { outcome(porter.tell(message)).await });
        let (porter, message) = (held.clone(), yard.message(How::AtOnce));
        tokio::spawn(async move { outcome(porter.ask(message)).await });
    }
    tokio::spawn(async move {
        if let Some(ask) = deposit {
            ask.await;
        }
    });
    settle().await;
    (porter, held)
}

pub(super) async fn system_dropped<C: Cargo>(yard: Yard<C>) {
    let actors = fill(&yard).await;
    let gate = yard.gate.clone();
    drop(yard);
    drop(actors);
    // The senders that wait keep it alive until they are served.
    gate.notify_one();
    settle().await;
}

pub(super) async fn runtime_dropped<C: Cargo>(yard: Yard<C>) {
    let (porter, held) = fill(&yard).await;
    // References outlive the runtime.
    std::thread::spawn(move || {
        while porter.is_alive() || held.is_alive() {
            std::thread::yield_now();
        }
    });
}

pub(super) async fn shut_down<C: Cargo>(yard: Yard<C>) {
    let _actors = fill(&yard).await;
    yard.system.shutdown(std::time::Duration::from_millis(20)).await;
}
