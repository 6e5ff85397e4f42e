//! Banking: a teller orders transfers between accounts; each takes a debit, a credit and two confirmations.

use std::sync::Arc;
use std::time::Instant;

use crate::frameworks::{Behaviour, Framework};
use crate::loads::latch::Latch;
use crate::loads::random::Random;
use crate::loads::{Outcome, Scale};

const ACCOUNTS: u64 = 1_000;
const OPENING_BALANCE: u64 = 1_000_000_000;

struct Teller<F: Framework> {
    accounts: Arc<[F::Ref<Account<F>>]>,
    random: Random,
    over: Latch,
}

enum Serve<F: Framework> {
    Begin { accounts: Arc<[F::Ref<Account<F>>]>, transfers: u64 },
    Transferred,
}

impl<F: Framework> Behaviour for Teller<F> {
    type Message = Serve<F>;

    async fn handle(&mut self, message: Serve<F>) -> u64 {
        match message {
            Serve::Begin { accounts, transfers } => {
                self.accounts = accounts;
                for _ in 0..transfers {
                    let (from, to) = (self.random.below(ACCOUNTS), self.random.below(ACCOUNTS));
                    let debit =
                        Transfer::Debit { amount: 1 + self.random.below(1_000) as u32, to: to as u32 };
                    F::tell(&self.accounts[from as usize], debit).await;
                }
            }
            Serve::Transferred => self.over.arrive(1),
        }
        0
    }
}

struct Account<F: Framework> {
    number: u32,
    balance: u64,
    teller: F::Ref<Teller<F>>,
    others: Arc<[F::Ref<Self>]>,
}

enum Transfer<F: Framework> {
    Open { others: Arc<[F::Ref<Account<F>>]> },
    Debit { amount: u32, to: u32 },
    Credit { amount: u32, from: u32 },
    Credited,
    Balance,
}

impl<F: Framework> Behaviour for Account<F> {
    type Message = Transfer<F>;

    async fn handle(&mut self, message: Transfer<F>) -> u64 {
        match message {
            Transfer::Open { others } => self.others = others,
            Transfer::Debit { amount, to } => {
                self.balance -= u64::from(amount);
                F::tell(&self.others[to as usize], Transfer::Credit { amount, from: self.number }).await;
            }
            Transfer::Credit { amount, from } => {
                self.balance += u64::from(amount);
                F::tell(&self.others[from as usize], Transfer::Credited).await;
            }
            Transfer::Credited => F::tell(&self.teller, Serve::Transferred).await,
            Transfer::Balance => {}
        }
        self.balance
    }
}

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let transfers = scale.of(300_000);
    let over = Latch::new(transfers);
    let teller = Teller::<F> { accounts: Arc::new([]), random: Random::new(0), over: over.clone() };
    let teller = framework.spawn(teller).await;
    let mut accounts = Vec::new();
    for number in 0..ACCOUNTS as u32 {
        let (teller, others) = (teller.clone(), Arc::new([]));
        let account = Account::<F> { number, balance: OPENING_BALANCE, teller, others };
        accounts.push(framework.spawn(account).await);
    }
    let accounts: Arc<[_]> = accounts.into();
    for account in &*accounts {
        F::tell(account, Transfer::Open { others: accounts.clone() }).await;
    }
    let start = Instant::now();
    F::tell(&teller, Serve::Begin { accounts: accounts.clone(), transfers }).await;
    assert_eq!(over.opened().await, transfers);
    let outcome = Outcome::timed(transfers, start);
    let mut balance = 0;
    for account in &*accounts {
        balance += F::ask(account, Transfer::Balance).await;
    }
    assert_eq!(balance, ACCOUNTS * OPENING_BALANCE);
    outcome
}
