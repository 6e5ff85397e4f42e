//! State machines: what `gen_statem` promises of enter calls, state timeouts and postponed events.

use std::sync::Arc;
use std::time::Duration;

use actors::DeadLetterReason;
use actors::prelude::*;
use tokio::sync::Notify;
use tokio::time::{advance, sleep};

use crate::support::*;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Closed,
    Open,
    /// Lets nobody in, and goes on to `Open` by its hook.
    Opening,
    /// Its hook panics.
    Broken,
    Counting(u32),
}

use Phase::*;

/// Lets visitors in while it is open.
struct Gate {
    machine: Machine<Phase>,
    journal: Journal,
}

impl Actor for Gate {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        self.machine.start(ctx);
        Ok(())
    }
}

impl StateMachine for Gate {
    type State = Phase;

    fn machine(&mut self) -> &mut Machine<Phase> {
        &mut self.machine
    }

    async fn entered(&mut self, from: Option<Phase>, ctx: &mut Context<Self>) {
        let now = *self.machine.state();
        self.journal.note(match from {
            None => format!("{now:?}"),
            Some(from) => format!("{from:?} -> {now:?}"),
        });
        match now {
            Opening => self.machine.go(Open, ctx),
            Broken => panic!("broken"),
            Closed | Open | Counting(_) => {}
        }
    }
}

/// Anything a handler can do.
#[derive(Message)]
struct Act(Deed);

type Deed = Box<dyn FnOnce(&mut Gate, &mut Context<Gate>) + Send>;

impl Handler<Act> for Gate {
    async fn handle(&mut self, act: Act, ctx: &mut Context<Self>) {
        act.0(self, ctx);
    }
}

fn act(act: impl FnOnce(&mut Gate, &mut Context<Gate>) + Send + 'static) -> Act {
    Act(Box::new(act))
}

fn go(next: Phase) -> Act {
    act(move |gate, ctx| gate.machine.go(next, ctx))
}

/// Has the state timeout note something.
fn timeout(after: Duration, text: &'static str) -> Act {
    act(move |gate, ctx| {
        gate.machine.timeout(after, Note { text }, ctx);
    })
}

#[handlers]
impl Gate {
    #[handler]
    fn visit(&mut self, number: u32, ctx: &mut Context<Self>) {
        if *self.machine.state() == Open {
            self.journal.note(format!("visitor {number}"));
        } else {
            self.journal.note(format!("{number} waits"));
            ctx.stash(Visit { number }).unwrap();
        }
    }
    #[handler]
    fn note(&mut self, text: &'static str) {
        self.journal.note(text);
    }
    #[handler]
    async fn hold(&mut self, gate: Arc<Notify>, next: Phase, ctx: &mut Context<Self>) {
        gate.notified().await;
        ctx.continue_with(Note { text: "continued" });
        self.machine.go(next, ctx);
        self.journal.note("held");
    }
    #[handler]
    fn state(&self) -> Phase {
        *self.machine.state()
    }
}

/// A gate that is closed, and whose first hook has run.
async fn closed() -> (ActorSystem, ActorRef<Gate>, Journal) {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let of_gate = journal.clone();
    let factory = move || Gate { machine: Machine::new(Closed), journal: of_gate.clone() };
    let gate = system.actor(factory).restart(Restart::transient().max(9, seconds(60))).spawn();
    assert_eq!(gate.state().await, Ok(Closed));
    assert_eq!(journal.take(), ["Closed"], "the hook of the first state has run, and came from none");
    (system, gate, journal)
}

#[tokio::test]
async fn a_state_is_entered_when_it_changes_or_is_repeated() {
    let (_system, gate, journal) = closed().await;
    gate.ask(act(|_, _| {})).await.unwrap();
    gate.ask(go(Counting(1))).await.unwrap();
    gate.ask(act(|gate, _| *gate.machine.state_mut() = Counting(2))).await.unwrap();
    assert_eq!(gate.state().await, Ok(Counting(2)));
    assert_eq!(journal.take(), ["Closed -> Counting(1)"], "what changes in a state leaves it the same one");
    gate.ask(act(|gate, ctx| gate.machine.repeat(ctx))).await.unwrap();
    gate.ask(go(Counting(2))).await.unwrap();
    gate.state().await.unwrap();
    assert_eq!(journal.take(), ["Counting(2)", "Counting(2) -> Counting(2)"]);
}

#[tokio::test]
async fn the_hook_comes_before_every_other_message_and_after_the_handler() {
    let (_system, gate, journal) = closed().await;
    for number in [1, 2] {
        gate.visit(number).await.unwrap();
    }
    let latch = Arc::new(Notify::new());
    gate.hold(latch.clone(), Open).tell().await.unwrap();
    gate.visit(3).tell().await.unwrap();
    tokio::task::yield_now().await;
    gate.note("urgent").urgent().tell().await.unwrap();
    latch.notify_one();
    gate.note("last").await.unwrap();
    let expected = [
        "1 waits",
        "2 waits",
        "held",
        "Closed -> Open",
        "continued",
        "visitor 1",
        "visitor 2",
        "urgent",
        "visitor 3",
        "last",
    ];
    assert_eq!(journal.take(), expected);
}

#[tokio::test]
async fn what_waits_is_tried_in_each_state_and_keeps_its_order() {
    let (_system, gate, journal) = closed().await;
    for number in [1, 2] {
        gate.visit(number).await.unwrap();
    }
    gate.ask(act(|gate, ctx| gate.machine.repeat(ctx))).await.unwrap();
    gate.note("repeated").await.unwrap();
    gate.ask(go(Counting(0))).await.unwrap();
    gate.visit(3).await.unwrap();
    gate.ask(go(Open)).await.unwrap();
    gate.note("last").await.unwrap();
    let waits = ["1 waits", "2 waits", "Closed", "repeated", "Closed -> Counting(0)", "1 waits", "2 waits"];
    let comes = ["3 waits", "Counting(0) -> Open", "visitor 1", "visitor 2", "visitor 3", "last"];
    assert_eq!(journal.take(), [&waits[..], &comes[..]].concat());
}

#[tokio::test]
async fn a_message_put_off_while_the_state_changes_is_tried_in_the_next_one() {
    let (_system, gate, journal) = closed().await;
    gate.ask(act(|gate, ctx| {
        gate.machine.go(Open, ctx);
        ctx.stash(Visit { number: 1 }).unwrap();
    }))
    .await
    .unwrap();
    gate.state().await.unwrap();
    assert_eq!(journal.take(), ["Closed -> Open", "visitor 1"]);
}

#[tokio::test]
async fn several_changes_in_one_handler_are_one() {
    let (_system, gate, journal) = closed().await;
    let several = |gate: &mut Gate, ctx: &mut Context<Gate>| {
        gate.machine.go(Broken, ctx);
        gate.machine.timeout(milliseconds(1), Note { text: "of a state that was never entered" }, ctx);
        gate.machine.repeat(ctx);
        gate.machine.go(Counting(1), ctx);
    };
    gate.ask(act(several)).await.unwrap();
    gate.ask(act(|gate, ctx| {
        gate.machine.repeat(ctx);
        gate.machine.go(Open, ctx);
    }))
    .await
    .unwrap();
    gate.state().await.unwrap();
    assert_eq!(journal.take(), ["Closed -> Counting(1)", "Counting(1) -> Open"]);
}

#[tokio::test]
async fn a_hook_can_go_on_to_another_state() {
    let (_system, gate, journal) = closed().await;
    gate.visit(1).await.unwrap();
    gate.ask(go(Opening)).await.unwrap();
    assert_eq!(gate.state().await, Ok(Open));
    assert_eq!(journal.take(), ["1 waits", "Closed -> Opening", "Opening -> Open", "visitor 1"]);
}

#[tokio::test(start_paused = true)]
async fn leaving_the_state_cancels_its_timeout_and_staying_does_not() {
    type Step = fn(&mut Gate, &mut Context<Gate>);
    let stays: [Step; 3] =
        [|_, _| {}, |gate, _| *gate.machine.state_mut() = Counting(1), |gate, ctx| gate.machine.repeat(ctx)];
    let leaves: [Step; 3] = [
        |gate, ctx| gate.machine.go(Open, ctx),
        |gate, ctx| gate.machine.go(Closed, ctx),
        |gate, ctx| assert!(gate.machine.cancel_timeout(ctx)),
    ];
    let cases = stays.map(|deed| (deed, 1)).into_iter().chain(leaves.map(|deed| (deed, 0)));
    for (at, (deed, expected)) in cases.enumerate() {
        let (_system, gate, journal) = closed().await;
        gate.ask(timeout(seconds(10), "time is over")).await.unwrap();
        sleep(seconds(5)).await;
        gate.ask(act(deed)).await.unwrap();
        sleep(seconds(4)).await;
        let come = || journal.entries().iter().filter(|entry| *entry == "time is over").count();
        assert_eq!(come(), 0, "case {at}: too early");
        sleep(seconds(100)).await;
        assert_eq!(come(), expected, "case {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_that_waits_in_the_mailbox_is_cancelled_too() {
    let (_system, gate, journal) = closed().await;
    gate.ask(timeout(seconds(1), "stale")).await.unwrap();
    let latch = Arc::new(Notify::new());
    gate.hold(latch.clone(), Open).tell().await.unwrap();
    sleep(seconds(5)).await;
    latch.notify_one();
    gate.state().await.unwrap();
    assert_eq!(journal.take(), ["held", "Closed -> Open", "continued"]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_replaces_the_one_before_and_belongs_to_the_state_it_was_set_in() {
    let (_system, gate, journal) = closed().await;
    gate.ask(timeout(seconds(1), "replaced")).await.unwrap();
    gate.ask(timeout(seconds(2), "second")).await.unwrap();
    sleep(seconds(3)).await;
    gate.ask(act(|gate, ctx| {
        gate.machine.timeout(seconds(1), Note { text: "of the old state" }, ctx);
        gate.machine.go(Open, ctx);
        gate.machine.timeout(seconds(1), Note { text: "of the new state" }, ctx);
        ctx.timer("key").after(seconds(2), Note { text: "of none" });
    }))
    .await
    .unwrap();
    sleep(milliseconds(1_500)).await;
    gate.ask(go(Closed)).await.unwrap();
    sleep(seconds(3)).await;
    let expected = ["second", "Closed -> Open", "of the new state", "Open -> Closed", "of none"];
    assert_eq!(journal.take(), expected);
    assert_eq!(gate.ask(act(|gate, ctx| assert!(!gate.machine.cancel_timeout(ctx)))).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_restart_begins_in_the_first_state_with_nothing_of_the_old_life() {
    let (system, gate, journal) = closed().await;
    gate.ask(go(Counting(1))).await.unwrap();
    gate.visit(1).await.unwrap();
    gate.ask(timeout(seconds(1), "of the old life")).await.unwrap();
    journal.take();
    let failure = act(|gate, ctx| {
        gate.machine.go(Open, ctx);
        panic!("a change that is never entered");
    });
    gate.tell(failure).await.unwrap();
    gate.visit(2).tell().await.unwrap();
    sleep(seconds(5)).await;
    assert_eq!(gate.state().await, Ok(Closed));
    assert_eq!(journal.take(), ["Closed", "2 waits"]);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 1, "what the old life had stashed");
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_hook_fails_the_actor_and_keeps_what_came_back() {
    let (_system, gate, journal) = closed().await;
    gate.visit(1).await.unwrap();
    gate.ask(go(Broken)).await.unwrap();
    assert_eq!(gate.state().await, Ok(Closed));
    gate.ask(go(Open)).await.unwrap();
    gate.state().await.unwrap();
    let expected = ["1 waits", "Closed -> Broken", "Closed", "1 waits", "Closed -> Open", "visitor 1"];
    assert_eq!(journal.take(), expected);
}

#[tokio::test]
async fn an_actor_that_stops_enters_no_state() {
    let (_system, gate, journal) = closed().await;
    gate.ask(act(|gate, ctx| {
        gate.machine.go(Open, ctx);
        ctx.stop();
    }))
    .await
    .unwrap();
    assert!(matches!(gate.wait().await, ExitReason::Normal));
    assert!(journal.take().is_empty());
}

#[tokio::test]
async fn a_machine_that_nobody_started_says_so() {
    struct Forgetful(Machine<Phase>);
    impl Actor for Forgetful {}
    impl StateMachine for Forgetful {
        type State = Phase;
        fn machine(&mut self) -> &mut Machine<Phase> {
            &mut self.0
        }
    }
    #[handlers]
    impl Forgetful {
        #[handler]
        fn unlock(&mut self, ctx: &mut Context<Self>) {
            self.0.go(Open, ctx);
        }
    }
    let system = ActorSystem::new();
    let forgetful = system.spawn(Forgetful(Machine::new(Closed)));
    assert_eq!(forgetful.unlock().await, Err(AskError::Stopped));
    let reason = forgetful.wait().await.to_string();
    assert!(reason.contains("`machine.start(ctx)`"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_is_suspended_enters_its_state_when_it_is_resumed() {
    let (_system, gate, journal) = closed().await;
    gate.ask(act(|gate, ctx| {
        gate.machine.go(Open, ctx);
        ctx.myself().suspend();
    }))
    .await
    .unwrap();
    advance(seconds(1)).await;
    assert!(journal.take().is_empty());
    gate.resume();
    gate.state().await.unwrap();
    assert_eq!(journal.take(), ["Closed -> Open"]);
}
