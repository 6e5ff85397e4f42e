//! An actor on another node, as this side knows it.

use std::sync::Arc;

use actors_core::{ActorId, ActorPath, EndpointKey, ExitReason, Terminated, WatchId, Watched, Watcher};

use crate::connection::Connection;
use crate::wire::Target;

/// An exported actor of a peer.
pub(crate) struct RemoteTarget {
    pub(crate) connection: Arc<Connection>,
    pub(crate) target: Target,
    pub(crate) name: String,
}

impl RemoteTarget {
    pub(crate) fn path(&self) -> ActorPath {
        ActorPath::from_text(&format!("/{}/{}", self.connection.peer_name(), self.name))
    }

    pub(crate) fn terminated(&self, reason: ExitReason) -> Terminated {
        Terminated::new(ActorId::from_u64(self.target.index), self.path(), reason)
    }
}

impl Watched for RemoteTarget {
    fn key(&self) -> EndpointKey {
        EndpointKey { home: self.connection.peer_incarnation(), number: self.target.index }
    }

    fn add_watcher(&self, watcher: Watcher) {
        if let Err(watcher) = self.connection.watch(self.target, &self.name, watcher) {
            watcher.tell(self.terminated(ExitReason::NodeDown));
        }
    }

    fn remove_watcher(&self, watch: WatchId) {
        self.connection.unwatch(self.target, watch);
    }
}
