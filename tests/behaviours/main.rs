//! What users of OTP and Akka expect of an actor beside messages: timers, stash, continuations, and what is built of them.

mod breaker;
mod continuations;
mod idle_timeout;
mod machines;
mod requests;
mod stash;
mod support;
mod timers;
mod timers_in_numbers;
