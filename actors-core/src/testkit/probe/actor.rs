//! The actor of a probe.

use crate::Actor;

/// Does nothing. It has the name that paths in reports show.
pub(super) struct Probe;

impl Actor for Probe {}
