//! A cache before a store, with a mistake and without: what exploration is for.

use actors::prelude::*;
use actors::testkit::TestSystem;

#[derive(Actor, Default)]
pub(crate) struct Store {
    value: u64,
}

#[handlers]
impl Store {
    #[handler]
    pub(crate) fn load(&mut self) -> u64 {
        self.value
    }

    #[handler]
    pub(crate) fn save(&mut self, value: u64) {
        self.value = value;
    }
}

#[derive(Actor, Default)]
pub(crate) struct Cache {
    value: Option<u64>,
    /// How often it was told that the store has changed.
    changes: u64,
    /// Whether values from before a change are refused.
    is_careful: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Looked {
    value: Option<u64>,
    changes: u64,
}

#[handlers]
impl Cache {
    #[handler]
    pub(crate) fn look(&mut self) -> Looked {
        Looked { value: self.value, changes: self.changes }
    }

    #[handler]
    pub(crate) fn keep(&mut self, value: u64, as_of: u64) {
        if as_of == self.changes || !self.is_careful {
            self.value = Some(value);
        }
    }

    #[handler]
    pub(crate) fn forget(&mut self) {
        self.value = None;
        self.changes += 1;
    }
}

#[derive(Actor)]
pub(crate) struct Reader {
    store: ActorRef<Store>,
    cache: ActorRef<Cache>,
}

#[handlers]
impl Reader {
    /// Checks and acts in three steps, between which others have their turns.
    #[handler]
    pub(crate) async fn read(&mut self) -> u64 {
        let looked = self.cache.look().await.unwrap();
        if let Some(value) = looked.value {
            return value;
        }
        let value = self.store.load().await.unwrap();
        self.cache.keep(value, looked.changes).await.unwrap();
        value
    }
}

#[derive(Actor)]
pub(crate) struct Writer {
    store: ActorRef<Store>,
    cache: ActorRef<Cache>,
}

#[handlers]
impl Writer {
    #[handler]
    pub(crate) async fn write(&mut self, value: u64) {
        self.store.save(value).await.unwrap();
        self.cache.forget().await.unwrap();
    }
}

/// Whoever reads after something was written must see it, whatever was read meanwhile.
pub(crate) async fn reads_what_was_written(system: TestSystem, is_careful: bool) {
    for _ in 0..8 {
        let store = system.spawn(Store::default());
        let cache = system.spawn(Cache { is_careful, ..Cache::default() });
        let reader = system.spawn(Reader { store: store.clone(), cache: cache.clone() });
        let writer = system.spawn(Writer { store, cache });
        writer.write(7).tell().await.unwrap();
        reader.read().tell().await.unwrap();
        writer.stop();
        writer.wait().await;
        assert_eq!(reader.read().await, Ok(7), "the cache is stale");
    }
    system.finish().await;
}
