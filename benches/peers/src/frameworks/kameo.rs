//! kameo, with unbounded mailboxes where the load has no bound; its own default holds 64 messages.

use std::convert::Infallible;

use kameo::actor::{Actor, ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};

use super::{Behaviour, Framework, runtime};

#[derive(Clone)]
pub(super) struct Kameo {
    bound: Option<usize>,
}

pub(super) fn run<D>(
    workers: usize,
    bound: Option<usize>,
    driver: impl FnOnce(Kameo) -> D + Send + 'static,
) -> D::Output
where
    D: Future<Output: Send + 'static> + Send + 'static,
{
    runtime::run(workers, move || driver(Kameo { bound }))
}

pub(super) struct Host<B>(B);

impl<B: Behaviour> Actor for Host<B> {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(host: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(host)
    }
}

pub(super) struct Carried<B: Behaviour>(B::Message);

impl<B: Behaviour> Message<Carried<B>> for Host<B> {
    type Reply = u64;

    async fn handle(&mut self, message: Carried<B>, _: &mut Context<Self, u64>) -> u64 {
        self.0.handle(message.0).await
    }
}

impl Framework for Kameo {
    type Ref<B: Behaviour> = ActorRef<Host<B>>;

    async fn spawn<B: Behaviour>(&self, behaviour: B) -> Self::Ref<B> {
        let mailbox = self.bound.map_or_else(mailbox::unbounded, mailbox::bounded);
        Host::spawn_with_mailbox(Host(behaviour), mailbox)
    }

    async fn tell<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) {
        actor.tell(Carried(message)).send().await.expect("the actor lives");
    }

    async fn ask<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> u64 {
        actor.ask(Carried(message)).send().await.expect("the actor answers")
    }

    async fn stop<B: Behaviour>(actors: Vec<Self::Ref<B>>) {
        for actor in &actors {
            actor.stop_gracefully().await.expect("the actor lives");
        }
        for actor in actors {
            actor.wait_for_shutdown().await;
        }
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send {
        runtime::task(future)
    }
}
