//! Where explored actors run: one after another, in the order of a seed.
//!
//! ```text
//!            wake                   choose
//! waiting ─────────> ready ─────────────────────> its turn ──> ended
//!    ^                ^                              │
//!    │                └── woken during its turn ─────┤
//!    └───────────────────────────────────────────────┘
//! ```
//!
//! The stage is one future, the one that the runtime blocks on. It gives some turns and then waits for its own next one,
//! so that timers and tasks beside actors go on in between; the paused clock jumps ahead only when nobody is ready.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};

use super::order::Order;
use crate::{ActorPath, Executor};

/// An actor's future, ready when it has ended.
type Life = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The number of the test itself among those that have turns.
const TEST: usize = 0;

/// The most turns a test may need: one that needs more most likely never ends.
const MOST_TURNS: u64 = 1_000_000;

/// How many of the last turns are remembered.
const REMEMBERED_TURNS: usize = 40;

pub(super) struct Stage(Mutex<State>);

struct State {
    /// By number, the ended ones too.
    players: Vec<Player>,
    ready: Vec<usize>,
    order: Order,
    /// Wakes the stage.
    waker: Option<Waker>,
    turns: u64,
    last_turns: VecDeque<usize>,
}

struct Player {
    name: Arc<str>,
    /// `None` for the test, during a turn, and after the end.
    life: Option<Life>,
    waker: Waker,
    is_ready: bool,
}

/// Whose turn it is.
struct Turn {
    number: usize,
    life: Option<Life>,
    waker: Waker,
}

/// Makes one player ready.
struct Call {
    stage: Weak<Stage>,
    number: usize,
}

impl Stage {
    pub(super) fn new(order: Order) -> Arc<Self> {
        let state = State {
            players: Vec::new(),
            ready: Vec::new(),
            order,
            waker: None,
            turns: 0,
            last_turns: VecDeque::new(),
        };
        let stage = Arc::new(Self(Mutex::new(state)));
        stage.enter("the test".into(), None);
        stage
    }

    /// Gives turns to the test and to the actors until the test has ended; why it failed, if it did.
    pub(super) async fn play(
        self: &Arc<Self>,
        test: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<(), String> {
        let mut test = test;
        std::future::poll_fn(|cx| self.poll_round(test.as_mut(), cx)).await
    }

    /// Ends the actors that are left.
    pub(super) fn clear(&self) {
        loop {
            let lives: Vec<Life> =
                self.lock().players.iter_mut().filter_map(|player| player.life.take()).collect();
            if lives.is_empty() {
                return;
            }
            // Outside the lock: they may wake others, or start some.
            drop(lives);
        }
    }

    /// Who had the last turns, the latest last.
    pub(super) fn last_turns(&self) -> Vec<Arc<str>> {
        let state = self.lock();
        state.last_turns.iter().map(|&number| state.players[number].name.clone()).collect()
    }

    fn enter(self: &Arc<Self>, name: Arc<str>, life: Option<Life>) {
        let mut state = self.lock();
        let number = state.players.len();
        let waker = Waker::from(Arc::new(Call { stage: Arc::downgrade(self), number }));
        state.players.push(Player { name, life, waker, is_ready: false });
        let stage = state.make_ready(number);
        drop(state);
        stage.inspect(Waker::wake_by_ref);
    }

    fn poll_round(
        &self,
        mut test: Pin<&mut impl Future<Output = ()>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), String>> {
        for _ in 0..self.begin_round(cx.waker()) {
            let Some(turn) = self.next_turn() else { return Poll::Pending };
            let outcome = self.take_turn(turn, test.as_mut());
            if outcome.is_ready() {
                return outcome;
            }
        }
        if self.lock().turns > MOST_TURNS {
            return Poll::Ready(Err(format!("it did not end within {MOST_TURNS} turns")));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Ready when the test has ended.
    fn take_turn(&self, turn: Turn, test: Pin<&mut impl Future<Output = ()>>) -> Poll<Result<(), String>> {
        let Turn { number, life, waker } = turn;
        let mut cx = Context::from_waker(&waker);
        if number == TEST {
            return match catch_unwind(AssertUnwindSafe(|| test.poll(&mut cx))) {
                Ok(poll) => poll.map(Ok),
                Err(panic) => Poll::Ready(Err(text_of(&*panic))),
            };
        }
        // None if it was woken after its end.
        if let Some(mut life) = life
            && life.as_mut().poll(&mut cx).is_pending()
        {
            self.lock().players[number].life = Some(life);
        }
        Poll::Pending
    }

    fn begin_round(&self, waker: &Waker) -> u32 {
        let mut state = self.lock();
        state.waker = Some(waker.clone());
        state.order.turns_in_a_row()
    }

    /// Chooses somebody who is ready, if anybody is.
    fn next_turn(&self) -> Option<Turn> {
        let mut state = self.lock();
        let State { players, ready, order, turns, last_turns, .. } = &mut *state;
        if ready.is_empty() {
            return None;
        }
        let number = ready.remove(order.choose(ready));
        *turns += 1;
        if last_turns.len() == REMEMBERED_TURNS {
            last_turns.pop_front();
        }
        last_turns.push_back(number);
        let player = &mut players[number];
        player.is_ready = false;
        Some(Turn { number, life: player.life.take(), waker: player.waker.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whom to wake for it.
    fn make_ready(&mut self, number: usize) -> Option<Waker> {
        if std::mem::replace(&mut self.players[number].is_ready, true) {
            return None;
        }
        self.ready.push(number);
        self.waker.clone()
    }
}

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let Some(stage) = self.stage.upgrade() else { return };
        let waker = stage.lock().make_ready(self.number);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A turn is one message: there is an order of turns for every order of messages.
impl Executor for Arc<Stage> {
    fn run(&self, actor: ActorPath, life: Life) {
        self.enter(actor.as_str().into(), Some(life));
    }

    fn messages_per_turn(&self) -> u8 {
        1
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message").to_owned()
}
