//! Process groups: actors found by what they are for instead of by a name, as in OTP's `pg`.
//!
//! ```text
//! groups ── "printers" ──> members    worker 1 as Print │ worker 2 as Print │ worker 2 as Scan
//!                     └──> listeners  told of each change, in order
//! ```
//!
//! A group exists while it has members. The table watches the end of everybody in it, and is told before all who watch
//! from outside: whoever hears of an end finds the actor in no group.

mod change;
mod handle;
mod member;
mod table;

pub use change::GroupChanged;
pub use handle::Groups;
pub use member::GroupMember;
