//! A stream of what happened, for whoever listens; it never slows the one who reports.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;

/// Reports a subscriber may be behind before it misses some.
const CAPACITY: usize = 4096;

/// Reports things of one type to all that subscribed, and to nobody if nobody did.
///
/// A subscriber that is 4,096 reports behind misses further ones, which it can count; it never delays the reporter.
#[derive(Debug)]
pub struct Topic<T> {
    /// Whether there may be listeners: most topics never have any.
    has_subscribed: AtomicBool,
    listeners: Mutex<Vec<Listener<T>>>,
}

#[derive(Debug)]
struct Listener<T> {
    sender: mpsc::Sender<T>,
    missed: Arc<AtomicU64>,
}

impl<T: Clone> Topic<T> {
    pub(crate) fn new() -> Self {
        Self { has_subscribed: AtomicBool::new(false), listeners: Mutex::new(Vec::new()) }
    }

    /// Receives everything reported from now on.
    pub fn subscribe(&self) -> TopicReceiver<T> {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        let missed = Arc::<AtomicU64>::default();
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| !listener.sender.is_closed());
        self.has_subscribed.store(true, Ordering::Release);
        listeners.push(Listener { sender, missed: missed.clone() });
        TopicReceiver { receiver, missed }
    }

    pub(crate) fn report(&self, item: T) {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        for listener in listeners.iter() {
            if let Err(mpsc::error::TrySendError::Full(_)) = listener.sender.try_send(item.clone()) {
                listener.missed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Whether anybody would see a report: it need not be made otherwise.
    #[inline]
    pub(crate) fn has_listeners(&self) -> bool {
        self.has_subscribed.load(Ordering::Acquire) && self.has_open_listeners()
    }

    fn has_open_listeners(&self) -> bool {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().any(|listener| !listener.sender.is_closed())
    }
}

/// One subscriber of a [`Topic`]; also a [`Stream`].
#[derive(Debug)]
pub struct TopicReceiver<T> {
    receiver: mpsc::Receiver<T>,
    missed: Arc<AtomicU64>,
}

impl<T> TopicReceiver<T> {
    /// The next report; `None` once the system is gone.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn recv(&mut self) -> Option<T> {
        self.receiver.recv().await
    }

    /// The next report if there is one now.
    pub fn try_recv(&mut self) -> Option<T> {
        self.receiver.try_recv().ok()
    }

    /// How many reports this subscriber was too slow for.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

impl<T> Stream for TopicReceiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.receiver.poll_recv(cx)
    }
}
