//! Derives and attributes of the actors framework.
