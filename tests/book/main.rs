//! The programs of the book: what its pages show is included from here, compiled and run.

mod actors;
mod breakers;
mod from_actix;
mod from_kameo;
mod from_otp;
mod from_ractor;
mod insight;
mod machines;
mod names;
mod supervision;
