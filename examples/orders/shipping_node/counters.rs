//! What a node counts by itself.

use actors::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counters {
    pub(crate) restarts: u64,
    pub(crate) dead_letters: u64,
}

impl Counters {
    pub(crate) fn of(system: &ActorSystem) -> Self {
        Self { restarts: system.restarts(), dead_letters: system.dead_letter_counts().total() }
    }
}
