//! The promises of actors, mailboxes, asks and lifecycles, through the public API. Where each is held:
//!
//! | promise | tests |
//! |---|---|
//! | a tell goes into the mailbox once, or comes back | `stress`, `waiting`, `overflow`, `dead_letters` |
//! | messages, answers and handlers are dropped exactly once | `tests/drops` |
//! | first in, first out for each sender, whatever it sends with | `order`, `mailbox`, `stress` |
//! | a stop is ordered with messages, `stop_now` and `kill` overtake | `order`, `lifecycle` |
//! | `stop_now` lets the handler finish, `kill` drops it at its next await | `order`, `hooks` |
//! | what is not delivered is a dead letter, counted by reason | `dead_letters`, `overflow`, `lanes`, `stress` |
//! | bounded by default; each policy to the message | `mailbox`, `overflow` |
//! | senders that wait are served in order and may leave | `waiting`, `mailbox`, `lives`, `room` |
//! | memory follows the bound | `overflow`, and `tests/endurance` at length |
//! | signals before urgent messages before the rest; the bound is one | `lanes`, `watch`, `waiting` |
//! | expired requests are dropped at their turn and counted | `lanes`, `ask`, `waiting` |
//! | after the end queued messages are dead and queued asks fail at once | `lanes`, `lifecycle`, `waiting` |
//! | a flooded actor starves nobody | `fairness`, `mailbox` |
//! | an ask that cannot be answered fails at once; 5 s otherwise | `unanswered`, `ask`, `overflow` |
//! | a late answer is never seen | `unanswered` |
//! | circles of askers are named at once | `circles`, `deadlocks` |
//! | the callee sees that nobody waits | `unanswered`, `ask` |
//! | `started` before any message, its error to whoever starts | `hooks`, `lifecycle` |
//! | `stopped` once for each life, not when killed | `hooks`, `lifecycle` |
//! | panics are contained | `panics`, `lifecycle`, `aside`, `tests/drops` |
//! | children end first, the youngest first | `families`, `lifecycle` |
//! | a name is free before watchers are told | `names` |
//! | what nobody can reach stops; the named and the owned do not | `reach`, `lifecycle`, `names` |
//! | a restart keeps address, mailbox and queue, not state, timers or the message it failed at | `lives`, `restart`, `timers` |
//! | watchers hear the final end only | `watch` |
//! | programs end in order, and say so by their exit code | `programs` |
//! | nobody waits for a neighbour that blocks its thread, whoever takes the turns | `turns`, `direct` |
//! | threads, runtimes of one thread, threads of one's own | `threads`, `ask`, `aside` |

mod api;
mod aside;
mod ask;
mod basics;
mod bombs;
mod circles;
mod dead_letters;
mod deadlocks;
mod direct;
mod executor;
mod fairness;
mod families;
mod hooks;
mod lanes;
mod lifecycle;
mod lives;
mod mailbox;
mod names;
mod order;
mod overflow;
mod panics;
mod programs;
mod reach;
mod references;
mod reports;
mod restart;
mod room;
mod shutdown;
mod stress;
mod support;
mod threads;
mod timers;
mod turns;
mod unanswered;
mod waiting;
mod watch;
