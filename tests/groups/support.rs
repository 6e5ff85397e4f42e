//! Actors that the tests of groups use.

use std::sync::{Arc, Mutex};

use actors::prelude::*;
use tokio::sync::Notify;

#[derive(Message, Clone)]
pub(crate) struct Print {
    pub(crate) page: u32,
}

#[derive(Message, Clone)]
pub(crate) struct Scan;

/// Prints pages; can be held in a handler until the test lets it go on.
#[derive(Default, Clone)]
pub(crate) struct Printer {
    pub(crate) pages: Arc<Mutex<Vec<u32>>>,
    pub(crate) gate: Arc<Notify>,
}

impl Actor for Printer {}

#[derive(Message)]
pub(crate) struct Hold;

#[derive(Message)]
pub(crate) struct Explode;

impl Handler<Print> for Printer {
    async fn handle(&mut self, print: Print, _: &mut Context<Self>) {
        self.pages.lock().unwrap().push(print.page);
    }
}

impl Handler<Scan> for Printer {
    async fn handle(&mut self, _: Scan, _: &mut Context<Self>) {}
}

impl Handler<Hold> for Printer {
    async fn handle(&mut self, _: Hold, _: &mut Context<Self>) {
        self.gate.notified().await;
    }
}

impl Handler<Explode> for Printer {
    async fn handle(&mut self, _: Explode, _: &mut Context<Self>) {
        panic!("exploded");
    }
}

/// Keeps what it hears of a group.
#[derive(Default, Clone)]
pub(crate) struct Observer {
    pub(crate) heard: Arc<Mutex<Vec<GroupChanged>>>,
}

impl Actor for Observer {}

impl Observer {
    /// `+/path` for each that joined, `-/path` for each that left, in order.
    pub(crate) fn account(&self) -> Vec<String> {
        let mut account = Vec::new();
        for change in self.heard.lock().unwrap().iter() {
            account.extend(change.joined.iter().map(|member| format!("+{}", member.path())));
            account.extend(change.left.iter().map(|member| format!("-{}", member.path())));
        }
        account
    }
}

impl Handler<GroupChanged> for Observer {
    async fn handle(&mut self, change: GroupChanged, _: &mut Context<Self>) {
        self.heard.lock().unwrap().push(change);
    }
}

/// Answers when everything sent to the actor before was handled.
#[derive(Message)]
pub(crate) struct Settle;

impl Handler<Settle> for Observer {
    async fn handle(&mut self, _: Settle, _: &mut Context<Self>) {}
}

impl Handler<Settle> for Printer {
    async fn handle(&mut self, _: Settle, _: &mut Context<Self>) {}
}
