//! What many tests use.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actors::prelude::*;

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The text of the panic that a future ends with.
pub(crate) async fn panic_of<T: Send + 'static>(failing: impl Future<Output = T> + Send + 'static) -> String {
    match tokio::spawn(AssertUnwindSafe(failing)).await {
        Ok(_) => panic!("it did not panic"),
        Err(error) => text_of(error.into_panic()),
    }
}

pub(crate) fn text_of(panic: Box<dyn std::any::Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("panics have texts")).to_owned(),
    }
}

/// A question.
#[derive(Message, Debug, PartialEq)]
#[message(reply = u64)]
pub(crate) struct Price(pub(crate) &'static str);

#[derive(Message, Debug, PartialEq)]
pub(crate) struct Done(pub(crate) u64);

/// Tells somebody what it was told, at once or later.
pub(crate) struct Echo {
    pub(crate) to: Recipient<Done>,
}

impl Actor for Echo {}

#[handlers]
impl Echo {
    #[handler]
    pub(crate) async fn repeat(&mut self, number: u64) {
        // A listener that has gone wants to hear no more.
        let _ = self.to.tell(Done(number)).await;
    }

    #[handler]
    pub(crate) fn repeat_after(&mut self, number: u64, delay: Duration, ctx: &mut Context<Self>) {
        ctx.after(delay, Repeat { number });
    }

    #[handler]
    pub(crate) async fn confirm(&mut self, number: u64) -> bool {
        self.to.ask(Done(number)).await.is_ok()
    }

    #[handler]
    pub(crate) async fn hang(&mut self) {
        std::future::pending::<()>().await;
    }

    #[handler]
    pub(crate) fn explode(&mut self) {
        panic!("exploded");
    }
}
