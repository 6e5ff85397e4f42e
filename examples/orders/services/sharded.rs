//! A service of several actors, each with its share of the keys, under a supervisor of their own.

use std::time::Duration;

use actors::prelude::*;

use super::shards::Shards;
use crate::options::Options;

/// Actors for each service.
pub(crate) const SHARDS: u64 = 4;
/// The stretch of time that the limit of restarts is about.
const WITHIN: Duration = Duration::from_secs(1);

/// The supervisor of a service. A shard that fails is restarted alone and learns from the books what it had done; when
/// shards fail more often than they may, the supervisor gives up and is itself restarted from above.
pub(super) fn tree<A: Actor>(
    options: &Options,
    shard: impl Fn(u64) -> A + Clone + Send + 'static,
) -> Supervisor {
    let empty = Supervisor::one_for_one().intensity(options.restart_limit, WITHIN);
    (0..SHARDS).fold(empty, |tree, number| {
        let shard = shard.clone();
        tree.child(ChildSpec::new(id(number), move || shard(number)).restart(Restart::transient()))
    })
}

/// The shards, which stay the same through all restarts.
pub(crate) fn shards<A: Actor>(service: &SupervisorRef) -> Result<Shards<ActorRef<A>>, ChildError> {
    let shards: Result<Vec<_>, _> = (0..SHARDS).map(|number| service.child(&id(number))).collect();
    shards.map(Shards::new)
}

fn id(shard: u64) -> String {
    format!("{shard}")
}
