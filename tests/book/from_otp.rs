//! The programs of the chapter for people who know OTP.

// ANCHOR: server
use actors::prelude::*;

#[derive(Actor, Default)]
struct Bank {
    balance: i64,
    waiting: Vec<(i64, ReplyTo<i64>)>,
}

#[handlers]
impl Bank {
    /// A cast, if it is told; a call, if it is asked.
    #[handler]
    fn deposit(&mut self, amount: i64) {
        self.balance += amount;
        for (amount, reply) in std::mem::take(&mut self.waiting) {
            self.withdraw(amount, reply);
        }
    }

    /// Keeps the handle of a call it cannot answer yet, as one keeps `From` and returns `noreply`.
    #[handler]
    fn withdraw(&mut self, amount: i64, reply: ReplyTo<i64>) {
        if amount <= self.balance {
            self.balance -= amount;
            reply.send(self.balance);
        } else {
            self.waiting.push((amount, reply));
        }
    }
}
// ANCHOR_END: server

// ANCHOR: signals
/// Monitors one actor and is linked to another.
struct Observer {
    monitored: ActorRef<Bank>,
    linked: ActorRef<Bank>,
    journal: Recipient<Seen>,
}

#[derive(Message, Debug, PartialEq)]
enum Seen {
    Down(String),
    Exit(String),
}

impl Actor for Observer {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        ctx.watch(&self.monitored); // erlang:monitor
        ctx.trap_exit(true); // process_flag(trap_exit, true)
        ctx.link(&self.linked); // link
        Ok(())
    }
}

impl Handler<Terminated> for Observer {
    async fn handle(&mut self, down: Terminated, _: &mut Context<Self>) {
        let _ = self.journal.tell(Seen::Down(down.reason().to_string())).await; // nobody listens: nothing to do
    }
}

impl Handler<Exit> for Observer {
    async fn handle(&mut self, exit: Exit, _: &mut Context<Self>) {
        let _ = self.journal.tell(Seen::Exit(exit.reason().to_string())).await; // as above
    }
}
// ANCHOR_END: signals

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_is_answered_later() -> actors::Result<()> {
    let system = actors::testkit::TestSystem::new();
    let bank = system.spawn(Bank::default());
    let (left, deposited) = tokio::join!(bank.withdraw(30), bank.deposit(100));
    assert_eq!((left?, deposited?), (70, ()));
    drop(bank);
    system.finish().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn monitors_and_links() -> actors::Result<()> {
    let system = actors::testkit::TestSystem::new();
    let journal = actors::testkit::Probe::<Seen>::new(&system);
    let (monitored, linked) = (system.spawn(Bank::default()), system.spawn(Bank::default()));
    let (one, other, recipient) = (monitored.clone(), linked.clone(), journal.recipient());
    let observer = system
        .actor(move || Observer { monitored: one.clone(), linked: other.clone(), journal: recipient.clone() })
        .start()
        .await?;
    monitored.stop();
    assert_eq!(journal.expect().await, Seen::Down("normal".into()));
    linked.kill();
    assert_eq!(journal.expect().await, Seen::Exit("killed".into()));
    observer.stop();
    system.finish().await;
    Ok(())
}
