//! A map from types.

use std::any::TypeId;
use std::hash::{BuildHasherDefault, Hasher};

use dashmap::DashMap;

/// One value for each type. It never lends out what it holds.
pub(super) struct TypeMap<V>(DashMap<TypeId, V, BuildHasherDefault<TypeIdHasher>>);

impl<V> Default for TypeMap<V> {
    fn default() -> Self {
        Self(DashMap::default())
    }
}

impl<V: Clone> TypeMap<V> {
    pub(super) fn get<T: 'static>(&self) -> Option<V> {
        self.0.get(&TypeId::of::<T>()).map(|value| value.clone())
    }

    /// Gives the value whose place it takes.
    pub(super) fn insert<T: 'static>(&self, value: V) -> Option<V> {
        self.0.insert(TypeId::of::<T>(), value)
    }

    /// Gives the value that was removed.
    pub(super) fn remove_if<T: 'static>(&self, unwanted: impl FnOnce(&V) -> bool) -> Option<V> {
        self.0.remove_if(&TypeId::of::<T>(), |_, value| unwanted(value)).map(|(_, value)| value)
    }
}

/// Type ids are hashes already.
#[derive(Default)]
pub(super) struct TypeIdHasher(u64);

impl Hasher for TypeIdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = id;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
