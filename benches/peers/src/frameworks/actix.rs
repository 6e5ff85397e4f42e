//! actix: one thread for the driver and all actors, which is its way. Its handlers are plain functions.

use std::future::ready;
use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};

use actix::{Actor, ActorContext, Addr, Context, Handler, Message, System};

use super::{Behaviour, Framework};

#[derive(Clone)]
pub(super) struct Actix;

pub(super) fn run<D: Future<Output: 'static> + 'static>(driver: impl FnOnce(Actix) -> D) -> D::Output {
    System::new().block_on(async {
        let driver = driver(Actix);
        actix::spawn(driver).await.expect("the load comes out right")
    })
}

pub(super) struct Host<B>(B);

impl<B: Behaviour> Actor for Host<B> {
    type Context = Context<Self>;
}

pub(super) struct Carried<B: Behaviour>(B::Message);

impl<B: Behaviour> Message for Carried<B> {
    type Result = u64;
}

impl<B: Behaviour> Handler<Carried<B>> for Host<B> {
    type Result = u64;

    fn handle(&mut self, message: Carried<B>, _: &mut Context<Self>) -> u64 {
        at_once(self.0.handle(message.0))
    }
}

/// Nothing that a handler does here waits: actix spawns and sends without.
fn at_once(handler: impl Future<Output = u64>) -> u64 {
    match pin!(handler).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("no handler of the loads waits"),
    }
}

struct Stop;

impl Message for Stop {
    type Result = ();
}

impl<B: Behaviour> Handler<Stop> for Host<B> {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        context.stop();
    }
}

impl Framework for Actix {
    type Ref<B: Behaviour> = Addr<Host<B>>;

    async fn spawn<B: Behaviour>(&self, behaviour: B) -> Self::Ref<B> {
        Host(behaviour).start()
    }

    fn tell<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> impl Future<Output = ()> + Send {
        actor.do_send(Carried(message));
        ready(())
    }

    async fn ask<B: Behaviour>(actor: &Self::Ref<B>, message: B::Message) -> u64 {
        actor.send(Carried(message)).await.expect("the actor answers")
    }

    async fn stop<B: Behaviour>(actors: Vec<Self::Ref<B>>) {
        for actor in actors {
            actor.send(Stop).await.expect("the actor lives");
        }
    }

    fn task(future: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send {
        let task = actix::spawn(future);
        async { task.await.expect("the task comes out right") }
    }
}
