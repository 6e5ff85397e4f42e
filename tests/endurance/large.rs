//! Large messages among small ones: nothing keeps room for the largest that was ever sent.

use actors::prelude::*;
use tokio::runtime::Builder;

use crate::memory::{in_use, largest};

const MEBIBYTE: usize = 1 << 20;

#[derive(Actor, Default)]
struct Store {
    sum: u64,
}

#[handlers]
impl Store {
    #[handler]
    fn add(&mut self, by: u64) -> u64 {
        self.sum += by;
        self.sum
    }

    /// The message lies in the handler's future over the await.
    #[handler]
    async fn add_large(&mut self, bytes: [u8; MEBIBYTE]) -> u64 {
        tokio::task::yield_now().await;
        self.sum += u64::from(bytes[MEBIBYTE - 1]);
        self.sum
    }
}

pub(crate) fn run(messages: u64) {
    // A message by value passes over the stack more than once, in unoptimised builds.
    let thread = std::thread::Builder::new().stack_size(64 * MEBIBYTE);
    thread.spawn(move || send(messages)).expect("a thread").join().expect("it does not panic");
}

fn send(messages: u64) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("it needs no thread");
    runtime.block_on(async {
        let system = ActorSystem::new();
        let stores: Vec<_> = (0..4).map(|_| system.spawn(Store::default())).collect();
        for store in &stores {
            store.add(1).await.expect("it is alive");
        }
        let before = in_use();
        for number in 0..messages {
            let store = &stores[(number % 4) as usize];
            for _ in 0..20 {
                store.add(1).tell().await.expect("it is alive");
            }
            store.add_large([1; MEBIBYTE]).await.expect("it is alive");
            store.add_large([1; MEBIBYTE]).tell().await.expect("it is alive");
            store.add(1).await.expect("it is alive");
            let most = largest();
            assert!(most >= MEBIBYTE as i64, "the message was in one block");
            assert!(largest() < MEBIBYTE as i64 / 2, "a small message took a large block");
            let left = in_use().since(before);
            assert!(left.bytes < MEBIBYTE as i64 / 2, "{} bytes are kept after a large message", left.bytes);
        }
        println!("large: after {messages} times 1 MiB, {} bytes are kept", in_use().since(before).bytes);
    });
}
