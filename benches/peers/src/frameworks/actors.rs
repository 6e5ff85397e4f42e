//! This framework.

use actors::prelude::*;

use super::{Behaviour, Framework, runtime};

#[derive(Clone)]
pub(super) struct Actors(ActorSystem);

pub(super) fn run<D>(
    workers: usize,
    bound: Option<usize>,
    driver: impl FnOnce(Actors) -> D + Send + 'static,
) -> D::Output
where
    D: Future<Output: Send + 'static> + Send + 'static,
{
    let mailbox = bound.map_or(Mailbox::unbounded(), Mailbox::bounded);
    runtime::run(workers, move || driver(Actors(ActorSystem::builder().default_mailbox(mailbox).build())))
}

pub(super) struct Host<B>(B);

impl<B: Behaviour> Actor for Host<B> {}

pub(super) struct Carried<B: Behaviour>(B::Message);

impl<B: Behaviour> Message for Carried<B> {
    type Reply = u64;
    type Kind = actors::Plain;
}

impl<B: Behaviour> Handler<Carried<B>> for Host<B> {
    async fn handle(&mut self, message: Carried<B>, _: &mut Context<Self>) -> u64 {
        self.0.handle(message.0).await
    }
}

impl Framework for Actors {
    type Ref<B: Behaviour> = ActorRef<Host<B>>;

    async fn spawn<B: Behaviour>(&self, behaviour: B) -> Self::Ref<B> {
        self.0.spawn(Host(behaviour))
    }

    async fn tell<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) {
        actor.tell(Carried(message)).await.expect("the actor lives");
    }

    async fn ask<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> u64 {
        actor.ask(Carried(message)).await.expect("the actor answers")
    }

    async fn stop<B: Behaviour>(actors: Vec<Self::Ref<B>>) {
        actors.iter().for_each(ActorRef::stop);
        for actor in actors {
            actor.wait().await;
        }
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send {
        runtime::task(future)
    }
}
