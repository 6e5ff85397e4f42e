//! The collection.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use super::ready::{Ready, Signal};
use crate::kernel::custody::BoxFuture;
use crate::kernel::envelope::as_nobody;
use crate::kernel::request::Request;
use crate::message::{Message, ReplyKind};

/// Requests under way, each with a key, and their answers in the order in which they come.
///
/// `T` is what awaiting one request gives, such as `Result<u64, AskError>`; the messages may differ. There is no task for each
/// request: whoever awaits [`next`](Self::next) polls those that have something new. Dropping the collection gives up
/// what is under way.
///
/// It is a stream, so an actor that wants to handle other messages meanwhile has each answer sent to it with
/// [`Context::attach`](crate::Context::attach). A circle of actors that wait for each other through collections is not
/// found, because such an actor waits for any answer and not for one; its requests time out.
///
/// ```
/// # use actors_core::*;
/// # struct Shop { price: u64 }
/// # impl Actor for Shop {}
/// # struct Price;
/// # impl Message for Price { type Reply = u64; type Kind = Plain; }
/// # impl Handler<Price> for Shop {
/// #     async fn handle(&mut self, _: Price, _: &mut Context<Self>) -> u64 { self.price }
/// # }
/// # #[tokio::main] async fn main() {
/// # let system = ActorSystem::new();
/// # let shops = [("north", 5), ("south", 3), ("west", 4)].map(|(name, price)| (name, system.spawn(Shop { price })));
/// let mut requests = Requests::new();
/// for (name, shop) in &shops {
///     requests.add(*name, shop.ask(Price));
/// }
/// let mut best = None;
/// while let Some((name, price)) = requests.next().await {
///     if let Ok(price) = price {
///         best = best.min(Some((price, name))).or(Some((price, name)));
///     }
/// }
/// assert_eq!(best, Some((3, "south")));
/// # }
/// ```
pub struct Requests<K, T> {
    waiting: HashMap<u64, Waiting<K, T>>,
    answered: VecDeque<(K, T)>,
    last_number: u64,
    ready: Arc<Ready>,
}

struct Waiting<K, T> {
    key: K,
    request: BoxFuture<'static, T>,
    signal: Arc<Signal>,
    waker: Waker,
}

impl<K, T> Requests<K, T> {
    /// An empty collection.
    pub fn new() -> Self {
        Self {
            waiting: HashMap::new(),
            answered: VecDeque::new(),
            last_number: 0,
            ready: Arc::new(Ready::default()),
        }
    }

    /// Sends a request; its timeout counts from now. Several may have the same key.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn add<M: Message>(&mut self, key: K, request: Request<'_, M>)
    where
        M::Kind: ReplyKind<M::Reply, Answer = T>,
    {
        self.last_number += 1;
        let number = self.last_number;
        let signal = Signal::new(number, self.ready.clone());
        let waker = Waker::from(signal.clone());
        let mut waiting = Waiting { key, request: Box::pin(request.owned()), signal, waker };
        match waiting.poll() {
            Poll::Ready(answer) => self.answered.push_back((waiting.key, answer)),
            Poll::Pending => drop(self.waiting.insert(number, waiting)),
        }
    }

    /// The next answer with its key; `None` if nothing is under way.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<(K, T)> {
        poll_fn(|cx| self.poll_answer(cx)).await
    }

    /// How many requests are under way or have an answer that was not taken.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.answered.len()
    }

    /// Whether [`next`](Self::next) gives `None`.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives up the requests with this key, and answers to them that were not taken. Returns how many there were.
    ///
    /// Takes time in proportion to the whole collection.
    pub fn cancel(&mut self, key: &K) -> usize
    where
        K: PartialEq,
    {
        let before = self.len();
        self.waiting.retain(|_, waiting| waiting.key != *key);
        self.answered.retain(|(of, _)| of != key);
        before - self.len()
    }

    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Option<(K, T)>> {
        if let Some(answer) = self.answered.pop_front() {
            return Poll::Ready(Some(answer));
        }
        while !self.waiting.is_empty() {
            let Poll::Ready(number) = self.ready.poll_pop(cx) else { return Poll::Pending };
            // One that was cancelled may have been woken before.
            let Some(waiting) = self.waiting.get_mut(&number) else { continue };
            if let Poll::Ready(answer) = waiting.poll() {
                return Poll::Ready(self.waiting.remove(&number).map(|waiting| (waiting.key, answer)));
            }
        }
        Poll::Ready(None)
    }
}

impl<K, T> Waiting<K, T> {
    fn poll(&mut self) -> Poll<T> {
        self.signal.reset();
        let mut cx = Context::from_waker(&self.waker);
        // In nobody's name: the actor does not wait for this answer alone.
        as_nobody(|| self.request.as_mut().poll(&mut cx))
    }
}

impl<K, T> Default for Requests<K, T> {
    fn default() -> Self {
        Self::new()
    }
}

// Nothing in it is pinned in place: the requests are boxed.
impl<K, T> Unpin for Requests<K, T> {}

impl<K, T> Stream for Requests<K, T> {
    type Item = (K, T);

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<(K, T)>> {
        self.get_mut().poll_answer(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

impl<K, T> fmt::Debug for Requests<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requests").field("len", &self.len()).finish_non_exhaustive()
    }
}
