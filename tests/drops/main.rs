//! Every message, answer and handler is dropped exactly once, on whatever path it leaves: small ones that lie in the
//! mailbox, large and over-aligned ones in boxes, and ones whose `Drop` panics.

mod ledger;
mod paths;
mod yard;

use actors::prelude::OnFull;
use tokio::runtime::Builder;

use ledger::{Aligned, Cargo, Explosive, Huge, Ledger, Small};
use yard::Yard;

/// Runs a path on runtimes of one and of many threads, and looks at what is left when they are gone.
fn prove<C: Cargo, F: Future<Output = ()>>(path: impl Fn(Yard<C>) -> F) {
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        let ledger = Ledger::default();
        let yard = {
            let _inside = runtime.enter();
            Yard::new(&ledger)
        };
        runtime.block_on(path(yard));
        drop(runtime);
        ledger.assert_each_dropped_once(std::any::type_name::<C>());
    }
}

macro_rules! for_every_cargo {
    ($($name:ident: $path:expr;)*) => {
        $(#[test]
        fn $name() {
            prove::<Small, _>($path);
            prove::<Aligned, _>($path);
            prove::<Huge, _>($path);
            prove::<Explosive, _>($path);
        })*
    };
}

for_every_cargo! {
    what_is_handled: paths::handled;
    what_panics: paths::panics;
    what_ends_its_actor: paths::ends_its_actor;
    what_is_queued_at_a_stop: |yard| paths::queued_at_the_end(yard, |actor| actor.stop());
    what_is_queued_at_a_stop_now: |yard| paths::queued_at_the_end(yard, |actor| actor.stop_now());
    what_is_queued_at_a_kill: |yard| paths::queued_at_the_end(yard, |actor| actor.kill());
    what_is_given_up: paths::given_up;
    what_expires: paths::expires;
    what_is_rejected: |yard| paths::overflows(yard, OnFull::Reject);
    what_is_dropped_as_newest: |yard| paths::overflows(yard, OnFull::DropNewest);
    what_is_dropped_as_oldest: |yard| paths::overflows(yard, OnFull::DropOldest);
    what_waits_in_the_line: paths::waits_in_line;
    what_goes_to_the_dead: paths::goes_to_the_dead;
    what_is_there_at_a_restart: paths::restarts;
    what_dead_letters_hold: paths::dead_letters;
    what_comes_later: paths::comes_later;
    what_is_passed_on: paths::passed_on;
    what_is_there_when_the_system_is_dropped: paths::system_dropped;
    what_is_there_when_the_runtime_is_dropped: paths::runtime_dropped;
    what_is_there_at_a_shutdown: paths::shut_down;
}
