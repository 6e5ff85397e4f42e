//! What a careful user writes instead of using a framework: a task, a channel, an enum and a oneshot.

use std::future::ready;

use tokio::sync::{mpsc, oneshot};

use super::{Behaviour, Framework, runtime};

#[derive(Clone)]
pub(super) struct Handmade;

pub(super) fn run<D>(workers: usize, driver: impl FnOnce(Handmade) -> D + Send + 'static) -> D::Output
where
    D: Future<Output: Send + 'static> + Send + 'static,
{
    runtime::run(workers, move || driver(Handmade))
}

pub(super) enum Request<B: Behaviour> {
    Tell(B::Message),
    Ask(B::Message, oneshot::Sender<u64>),
    Stop,
}

impl Framework for Handmade {
    type Ref<B: Behaviour> = mpsc::UnboundedSender<Request<B>>;

    async fn spawn<B: Behaviour>(&self, mut behaviour: B) -> Self::Ref<B> {
        let (sender, mut receiver) = mpsc::unbounded_channel::<Request<B>>();
        tokio::spawn(async move {
            while let Some(request) = receiver.recv().await {
                match request {
                    Request::Tell(message) => drop(behaviour.handle(message).await),
                    // Whoever asked may have given up.
                    Request::Ask(message, reply) => drop(reply.send(behaviour.handle(message).await)),
                    Request::Stop => break,
                }
            }
        });
        sender
    }

    fn tell<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> impl Future<Output = ()> + Send {
        actor.send(Request::Tell(message)).expect("the actor lives");
        ready(())
    }

    async fn ask<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> u64 {
        let (reply, answer) = oneshot::channel();
        actor.send(Request::Ask(message, reply)).expect("the actor lives");
        answer.await.expect("the actor answers")
    }

    async fn stop<B: Behaviour>(actors: Vec<Self::Ref<B>>) {
        for actor in &actors {
            actor.send(Request::Stop).expect("the actor lives");
        }
        for actor in actors {
            actor.closed().await;
        }
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send {
        runtime::task(future)
    }
}
