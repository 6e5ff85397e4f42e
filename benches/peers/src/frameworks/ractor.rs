//! ractor, with a variant and a reply port for asks, as its documentation does.

use std::future::ready;
use std::marker::PhantomData;

use ractor::rpc::CallResult;
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};

use super::{Behaviour, Framework, runtime};

#[derive(Clone)]
pub(super) struct Ractor;

pub(super) fn run<D>(workers: usize, driver: impl FnOnce(Ractor) -> D + Send + 'static) -> D::Output
where
    D: Future<Output: Send + 'static> + Send + 'static,
{
    runtime::run(workers, move || driver(Ractor))
}

pub(super) enum Request<B: Behaviour> {
    Tell(B::Message),
    Ask(B::Message, RpcReplyPort<u64>),
}

struct Host<B>(PhantomData<fn() -> B>);

impl<B: Behaviour> Actor for Host<B> {
    type Msg = Request<B>;
    type State = B;
    type Arguments = B;

    async fn pre_start(&self, _: ActorRef<Request<B>>, behaviour: B) -> Result<B, ActorProcessingErr> {
        Ok(behaviour)
    }

    async fn handle(
        &self,
        _: ActorRef<Request<B>>,
        request: Request<B>,
        behaviour: &mut B,
    ) -> Result<(), ActorProcessingErr> {
        match request {
            Request::Tell(message) => drop(behaviour.handle(message).await),
            // Whoever asked may have given up.
            Request::Ask(message, reply) => drop(reply.send(behaviour.handle(message).await)),
        }
        Ok(())
    }
}

impl Framework for Ractor {
    type Ref<B: Behaviour> = ActorRef<Request<B>>;

    async fn spawn<B: Behaviour>(&self, behaviour: B) -> Self::Ref<B> {
        let (actor, _) = Actor::spawn(None, Host(PhantomData), behaviour).await.expect("the actor starts");
        actor
    }

    fn tell<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> impl Future<Output = ()> + Send {
        actor.cast(Request::Tell(message)).expect("the actor lives");
        ready(())
    }

    async fn ask<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> u64 {
        let answer = actor.call(|reply| Request::Ask(message, reply), None).await;
        match answer.expect("the actor lives") {
            CallResult::Success(answer) => answer,
            CallResult::Timeout | CallResult::SenderError => panic!("the actor answers"),
        }
    }

    fn dismiss<B: Behaviour>(actor: Self::Ref<B>) {
        actor.drain().expect("the actor lives");
    }

    async fn stop<B: Behaviour>(actors: Vec<Self::Ref<B>>) {
        for actor in &actors {
            actor.drain().expect("the actor lives");
        }
        for actor in actors {
            actor.wait(None).await.expect("nothing limits the wait");
        }
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send {
        runtime::task(future)
    }
}
