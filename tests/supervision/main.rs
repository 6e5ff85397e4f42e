//! Supervision, as OTP's `supervisor` defines it where these pages of the documentation do not say otherwise.

mod strategies;
mod support;
