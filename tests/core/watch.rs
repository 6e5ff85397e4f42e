//! Watching others end.

use actors::prelude::*;

use crate::support::*;

struct Boss {
    journal: Journal,
    workers: Vec<ActorRef<Scribe>>,
}

#[derive(Message)]
struct WorkerGone(&'static str);

impl Actor for Boss {}

impl Handler<Terminated> for Boss {
    async fn handle(&mut self, terminated: Terminated, _: &mut Context<Self>) {
        let which = self.workers.iter().position(|worker| worker.id() == terminated.id());
        self.journal.note(format!("{which:?} {}", terminated.reason()));
    }
}

impl Handler<WorkerGone> for Boss {
    async fn handle(&mut self, gone: WorkerGone, _: &mut Context<Self>) {
        self.journal.note(gone.0);
    }
}

#[handlers]
impl Boss {
    #[handler]
    fn watch_all(&mut self, ctx: &mut Context<Self>) {
        for worker in &self.workers {
            ctx.watch(worker);
        }
    }
    #[handler]
    fn watch_first_with(&mut self, text: &'static str, ctx: &mut Context<Self>) {
        ctx.watch_with(&self.workers[0], WorkerGone(text));
    }
    /// Stops watching only after the notice is surely queued.
    #[handler]
    async fn unwatch_first_once_it_is_gone(&mut self, ctx: &mut Context<Self>) {
        self.workers[0].wait().await;
        tokio::task::yield_now().await;
        ctx.unwatch(&self.workers[0]);
    }
    #[handler]
    fn nothing(&mut self) {}
}

fn scene(workers: usize) -> (ActorSystem, Journal, ActorRef<Boss>, Vec<ActorRef<Scribe>>) {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let workers: Vec<_> = (0..workers).map(|_| system.spawn(Scribe::default())).collect();
    let boss = system.spawn(Boss { journal: journal.clone(), workers: workers.clone() });
    (system, journal, boss, workers)
}

#[tokio::test]
async fn each_end_is_told_once_with_its_reason() {
    let (_system, journal, boss, workers) = scene(4);
    boss.watch_all().await.unwrap();
    boss.watch_all().await.unwrap();
    workers[0].stop();
    workers[0].wait().await;
    workers[1].explode().tell().await.unwrap();
    workers[1].wait().await;
    workers[2].kill();
    workers[2].wait().await;
    boss.nothing().await.unwrap();
    assert_eq!(journal.entries(), ["Some(0) normal", "Some(1) panicked: exploded", "Some(2) killed"]);
}

#[tokio::test]
async fn watching_the_dead_answers_at_once() {
    let (_system, journal, boss, workers) = scene(1);
    workers[0].give_up().tell().await.unwrap();
    workers[0].wait().await;
    boss.watch_all().await.unwrap();
    boss.nothing().await.unwrap();
    assert_eq!(journal.entries(), ["Some(0) failed: gave up"]);
}

#[tokio::test]
async fn unwatch_wins_over_a_notice_that_is_queued() {
    let (_system, journal, boss, workers) = scene(1);
    boss.watch_all().await.unwrap();
    let unwatched = tokio::spawn(boss.unwatch_first_once_it_is_gone().owned());
    tokio::task::yield_now().await;
    workers[0].stop();
    unwatched.await.unwrap().unwrap();
    boss.nothing().await.unwrap();
    assert_eq!(journal.entries(), [""; 0]);
}

#[tokio::test]
async fn a_watch_can_bring_a_message_of_ones_own() {
    let (_system, journal, boss, workers) = scene(1);
    boss.watch_all().await.unwrap();
    boss.watch_first_with("gone").await.unwrap();
    workers[0].stop();
    workers[0].wait().await;
    boss.nothing().await.unwrap();
    assert_eq!(journal.entries(), ["gone"], "the later watch replaces the earlier one");
}

#[tokio::test]
async fn restarts_are_not_told() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let worker = system.actor(Scribe::default).restart(Restart::transient().max(1, seconds(5))).spawn();
    let boss = system.spawn(Boss { journal: journal.clone(), workers: vec![worker.clone()] });
    boss.watch_all().await.unwrap();
    worker.explode().tell().await.unwrap();
    worker.write(1).await.unwrap();
    boss.nothing().await.unwrap();
    assert_eq!(journal.entries(), [""; 0]);
    worker.explode().tell().await.unwrap();
    worker.wait().await;
    boss.nothing().await.unwrap();
    assert_eq!(journal.entries(), ["Some(0) panicked: exploded"]);
}

#[tokio::test]
async fn notices_come_although_the_mailbox_is_full_and_before_what_is_queued() {
    let (system, journal) = (ActorSystem::new(), Journal::default());
    let worker = system.spawn(Scribe::default());
    let (in_journal, workers) = (journal.clone(), vec![worker.clone()]);
    let boss = system
        .actor(move || Boss { journal: in_journal.clone(), workers: workers.clone() })
        .mailbox(Mailbox::bounded(1).on_full(OnFull::Reject))
        .spawn();
    boss.watch_all().await.unwrap();
    // Both are queued before the boss runs again.
    boss.suspend();
    boss.try_tell(WorkerGone("queued")).unwrap();
    assert!(boss.try_tell(WorkerGone("too much")).unwrap_err().is_full());
    worker.kill();
    worker.wait().await;
    boss.resume();
    while journal.entries().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(journal.entries(), ["Some(0) killed", "queued"]);
}
