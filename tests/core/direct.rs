//! Turns that whoever asks takes itself.

use std::time::Duration;

use actors::prelude::*;
use actors::{ActorOptions, AskError, DeadLetterReason};
use tokio::runtime::Builder;
use tokio::task;

use crate::support::*;

/// Answers at once, or in a way that takes its time.
#[derive(Default)]
pub(crate) struct Clerk {
    answered: u64,
}

tokio::task_local! {
    static ASKER: u64;
}

impl Actor for Clerk {}

#[handlers]
impl Clerk {
    #[handler]
    pub(crate) fn answer(&mut self) -> u64 {
        self.answered += 1;
        self.answered
    }

    #[handler]
    fn block(&mut self, duration: Duration) -> u64 {
        std::thread::sleep(duration);
        self.answer()
    }

    #[handler]
    async fn pause(&mut self) -> u64 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.answer()
    }

    #[handler]
    fn explode(&mut self) -> u64 {
        panic!("exploded");
    }

    /// Whether the handler runs in the task that asks.
    #[handler]
    fn is_run_by_asker(&mut self) -> bool {
        ASKER.try_with(|_| ()).is_ok()
    }

    #[handler]
    async fn forward(&mut self, to: ActorRef<Clerk>, reply: ReplyTo<u64>) {
        // Nothing comes back: the other one answers.
        let _ = reply.delegate(&to, Answer {}).await;
    }
}

/// Asks until the actor is known to answer at once.
async fn get_to_know(clerk: &ActorRef<Clerk>) {
    // Answers count that come soon, and on a busy machine most do not.
    for _ in 0..3_000_000 {
        if ASKER.scope(1, clerk.is_run_by_asker()).await.unwrap() {
            return;
        }
    }
    panic!("it is never run by its asker");
}

/// Runs a test as a task of a runtime with threads.
pub(crate) fn in_a_task(test: impl Future<Output = ()> + Send + 'static) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(runtime.spawn(test)).unwrap();
}

#[test]
fn an_actor_that_is_known_to_answer_at_once_is_run_by_its_asker() {
    in_a_task(async {
        let clerk = ActorSystem::new().spawn(Clerk::default());
        assert!(!ASKER.scope(1, clerk.is_run_by_asker()).await.unwrap(), "nobody knows it");
        get_to_know(&clerk).await;
        for number in 1..=1_000 {
            assert_eq!(clerk.answer().await, Ok(number));
        }
    });
}

#[test]
fn a_handler_that_blocks_its_asker_is_late_all_the_same_and_is_not_run_by_askers_after_that() {
    in_a_task(async {
        let system = ActorSystem::new();
        let clerk = system.spawn(Clerk::default());
        get_to_know(&clerk).await;
        let before = system.dead_letter_counts().of(DeadLetterReason::LateReply);
        let answer = clerk.block(Duration::from_millis(40)).timeout(Duration::from_millis(10)).await;
        assert_eq!(answer, Err(AskError::Timeout(Duration::from_millis(10))));
        // Whoever ran it, the answer came when nobody waited any more.
        assert_eq!(clerk.answer().await, Ok(2));
        assert_eq!(system.dead_letter_counts().of(DeadLetterReason::LateReply), before + 1);
        assert!(!ASKER.scope(1, clerk.is_run_by_asker()).await.unwrap(), "it was slow");
    });
}

#[test]
fn a_handler_that_waits_gives_its_asker_back_and_goes_on_by_itself() {
    in_a_task(async {
        let clerk = ActorSystem::new().spawn(Clerk::default());
        get_to_know(&clerk).await;
        for number in 1..=20 {
            assert_eq!(clerk.pause().await, Ok(3 * number - 2));
            // Given up while it waits, which changes nothing for the next one.
            let mut given_up = clerk.pause();
            assert!(poll_once(&mut given_up).await.is_none());
            drop(given_up);
            assert_eq!(clerk.answer().await, Ok(3 * number));
        }
    });
}

#[test]
fn a_panic_in_a_turn_of_an_asker_is_the_actors() {
    in_a_task(async {
        let system = ActorSystem::new();
        let clerk = system.actor(Clerk::default).restart(Restart::permanent()).spawn();
        get_to_know(&clerk).await;
        assert_eq!(clerk.explode().await, Err(AskError::Stopped));
        assert_eq!(clerk.answer().await, Ok(1), "a new life");
    });
}

#[test]
fn an_answer_that_another_actor_gives_comes_in_the_same_turns() {
    in_a_task(async {
        let system = ActorSystem::new();
        let [first, second] = [(); 2].map(|()| system.spawn(Clerk::default()));
        get_to_know(&first).await;
        for number in 1..=300 {
            assert_eq!(first.forward(second.clone()).await, Ok(number));
        }
    });
}

#[test]
fn asks_of_many_tasks_and_of_actors_are_all_answered_once() {
    in_a_task(async {
        let clerk = ActorSystem::new().spawn(Clerk::default());
        get_to_know(&clerk).await;
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let clerk = clerk.clone();
                tokio::spawn(async move {
                    let mut last = 0;
                    for _ in 0..500 {
                        let number = clerk.answer().await.unwrap();
                        assert!(number > last, "one after another");
                        last = number;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(clerk.answer().await, Ok(4_001));
    });
}

#[test]
fn an_actor_with_a_task_of_its_own_is_run_by_nobody_else() {
    struct Own;

    impl Actor for Own {
        fn options() -> ActorOptions {
            ActorOptions::new().own_task()
        }
    }

    struct WhoRuns;

    impl Message for WhoRuns {
        type Reply = Option<task::Id>;
        type Kind = actors::Plain;
    }

    impl Handler<WhoRuns> for Own {
        async fn handle(&mut self, _: WhoRuns, _: &mut Context<Self>) -> Option<task::Id> {
            task::try_id()
        }
    }

    in_a_task(async {
        let own = ActorSystem::new().spawn(Own);
        let task = own.ask(WhoRuns).await.unwrap();
        assert_ne!(task, task::try_id());
        for _ in 0..200 {
            assert_eq!(own.ask(WhoRuns).await, Ok(task));
        }
    });
}

#[test]
fn asks_from_a_task_of_another_runtime_are_handled_in_the_actors_own() {
    struct Where;

    impl Message for Where {
        type Reply = tokio::runtime::Id;
        type Kind = actors::Plain;
    }

    impl Handler<Where> for Clerk {
        async fn handle(&mut self, _: Where, _: &mut Context<Self>) -> tokio::runtime::Id {
            tokio::runtime::Handle::current().id()
        }
    }

    let home = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let other = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let system = ActorSystem::builder().runtime(home.handle().clone()).build();
    let clerk = system.spawn(Clerk::default());
    let known = clerk.clone();
    home.block_on(home.spawn(async move { get_to_know(&known).await })).unwrap();
    let home_id = home.handle().id();
    let asking = other.spawn(async move {
        for _ in 0..200 {
            assert_eq!(clerk.ask(Where).await, Ok(home_id));
        }
    });
    other.block_on(asking).unwrap();
}

#[test]
fn actors_that_are_asked_but_once_are_run_by_their_asker_once_others_of_their_kind_are_known() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let test = async {
        let system = ActorSystem::new();
        // Answers count that come soon, and on a busy machine most do not.
        for attempt in 0..10_000 {
            let crowd: Vec<_> = (0..64).map(|_| system.spawn(Clerk::default())).collect();
            settle().await;
            for (at, clerk) in crowd.iter().enumerate() {
                if ASKER.scope(1, clerk.is_run_by_asker()).await.unwrap() {
                    assert!(attempt > 0 || at > 8, "nobody knows them");
                    return;
                }
            }
        }
        panic!("none is ever run by its asker");
    };
    runtime.block_on(runtime.spawn(test)).unwrap();
}

#[test]
fn whoever_has_told_an_actor_something_before_asking_takes_the_turn_too() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let test = async {
        let clerk = ActorSystem::new().spawn(Clerk::default());
        get_to_know(&clerk).await;
        let (mut told, mut taken) = (0, 0);
        // One answer that is late, on a busy machine, has it wait for the next 64.
        for attempt in 0.. {
            assert!(attempt < 1_000_000, "{taken} turns of {attempt} were taken");
            clerk.answer().tell().await.unwrap();
            told += 1;
            taken += u32::from(ASKER.scope(1, clerk.is_run_by_asker()).await.unwrap());
            if taken > 200 {
                break;
            }
        }
        assert_eq!(clerk.answer().await, Ok(told + 1), "nothing is lost");

        get_to_know(&clerk).await;
        // Nobody is to wait in place for so many.
        (0..20).for_each(|_| clerk.answer().try_tell().unwrap());
        assert!(!ASKER.scope(1, clerk.is_run_by_asker()).await.unwrap());
        assert_eq!(clerk.answer().await, Ok(told + 22));
    };
    runtime.block_on(runtime.spawn(test)).unwrap();
}
