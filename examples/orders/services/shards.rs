//! Several actors of one service, each with its share of the keys.

/// References to the shards of a service; a key always belongs to the same one.
#[derive(Clone, Debug)]
pub(crate) struct Shards<R>(Vec<R>);

impl<R> Shards<R> {
    pub(crate) fn new(shards: impl IntoIterator<Item = R>) -> Self {
        Self(shards.into_iter().collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &R> {
        self.0.iter()
    }

    /// The shard of a key that is a number.
    pub(crate) fn of(&self, key: u64) -> &R {
        &self.0[(key % self.0.len() as u64) as usize]
    }

    /// The shard of a key that is a text.
    pub(crate) fn of_text(&self, key: &str) -> &R {
        self.of(fnv1a(key))
    }
}

/// A hash that is the same in every process.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_shard_and_keys_are_spread() {
        let shards = Shards::new(0..4);
        let mut hit = [0; 4];
        for customer in 0..100 {
            let key = format!("customer {customer}");
            assert_eq!(shards.of_text(&key), shards.of_text(&key));
            hit[*shards.of_text(&key)] += 1;
        }
        assert!(hit.iter().all(|hits| *hits > 0), "{hit:?}");
    }
}
