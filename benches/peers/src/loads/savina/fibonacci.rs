//! Fibonacci: an actor for each call of the naive recursion, which ends when it has told its parent the result.

use std::time::Instant;

use crate::frameworks::{Behaviour, Framework};
use crate::loads::latch::Latch;
use crate::loads::{Outcome, Scale};

struct Call<F: Framework> {
    framework: F,
    caller: Caller<F>,
    myself: Option<F::Ref<Self>>,
    missing: u32,
    sum: u64,
}

enum Caller<F: Framework> {
    Driver(Latch),
    Parent(F::Ref<Call<F>>),
}

enum Step<F: Framework> {
    Compute { of: u64, myself: F::Ref<Call<F>> },
    Result(u64),
}

impl<F: Framework> Call<F> {
    fn new(framework: F, caller: Caller<F>) -> Self {
        Self { framework, caller, myself: None, missing: 0, sum: 0 }
    }

    async fn compute(&mut self, of: u64, myself: F::Ref<Self>) {
        if of <= 2 {
            self.sum = 1;
            self.myself = Some(myself);
            return self.end().await;
        }
        for of in [of - 1, of - 2] {
            let child = Self::new(self.framework.clone(), Caller::Parent(myself.clone()));
            let child = self.framework.spawn(child).await;
            F::tell(&child, Step::Compute { of, myself: child.clone() }).await;
        }
        self.missing = 2;
        self.myself = Some(myself);
    }

    async fn end(&mut self) {
        match &self.caller {
            Caller::Driver(over) => over.arrive(self.sum),
            Caller::Parent(parent) => F::tell(parent, Step::Result(self.sum)).await,
        }
        if let Some(myself) = self.myself.take() {
            F::dismiss(myself);
        }
    }
}

impl<F: Framework> Behaviour for Call<F> {
    type Message = Step<F>;

    async fn handle(&mut self, message: Step<F>) -> u64 {
        match message {
            Step::Compute { of, myself } => self.compute(of, myself).await,
            Step::Result(result) => {
                self.sum += result;
                self.missing -= 1;
                if self.missing == 0 {
                    self.end().await;
                }
            }
        }
        0
    }
}

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let calls_wanted = scale.of(92_735);
    // The recursion for n makes 2 fib(n) - 1 calls.
    let of = (3..).take_while(|&n| 2 * fibonacci(n) - 1 <= calls_wanted).last().unwrap_or(2);
    let calls = 2 * fibonacci(of) - 1;
    let over = Latch::new(1);
    let start = Instant::now();
    let root = framework.spawn(Call::new(framework.clone(), Caller::<F>::Driver(over.clone()))).await;
    F::tell(&root, Step::Compute { of, myself: root.clone() }).await;
    drop(root);
    assert_eq!(over.opened().await, fibonacci(of));
    Outcome::timed(calls, start)
}

fn fibonacci(n: u64) -> u64 {
    (0..n).fold((0, 1), |(last, next), _| (next, last + next)).0
}
