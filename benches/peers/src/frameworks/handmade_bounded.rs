//! Actors written by hand again, with a channel that makes senders wait.

use tokio::sync::{mpsc, oneshot};

use super::handmade::Request;
use super::{Behaviour, Framework, runtime};

#[derive(Clone)]
pub(super) struct HandmadeBounded {
    bound: usize,
}

pub(super) fn run<D>(
    workers: usize,
    bound: usize,
    driver: impl FnOnce(HandmadeBounded) -> D + Send + 'static,
) -> D::Output
where
    D: Future<Output: Send + 'static> + Send + 'static,
{
    runtime::run(workers, move || driver(HandmadeBounded { bound }))
}

impl Framework for HandmadeBounded {
    type Ref<B: Behaviour> = mpsc::Sender<Request<B>>;

    async fn spawn<B: Behaviour>(&self, mut behaviour: B) -> Self::Ref<B> {
        let (sender, mut receiver) = mpsc::channel::<Request<B>>(self.bound);
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

    async fn tell<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) {
        actor.send(Request::Tell(message)).await.expect("the actor lives");
    }

    async fn ask<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> u64 {
        let (reply, answer) = oneshot::channel();
        actor.send(Request::Ask(message, reply)).await.expect("the actor lives");
        answer.await.expect("the actor answers")
    }

    async fn stop<B: Behaviour>(actors: Vec<Self::Ref<B>>) {
        for actor in &actors {
            actor.send(Request::Stop).await.expect("the actor lives");
        }
        for actor in actors {
            actor.closed().await;
        }
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send {
        runtime::task(future)
    }
}
