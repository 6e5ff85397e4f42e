//! Supervision, as OTP's `supervisor` defines it where these pages of the documentation do not say otherwise.

mod derive;
mod dynamic;
mod intensity;
mod links;
mod management;
mod starts;
mod strategies;
mod support;
