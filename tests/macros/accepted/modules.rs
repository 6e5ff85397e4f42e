//! Messages and clients across modules, each as visible as its method.

#![deny(missing_docs)]
#![deny(warnings)]
#![deny(unreachable_pub, missing_debug_implementations)]
//! A crate whose lints are strict.

use actors::prelude::*;

pub mod counter {
    //! The actor's module.

    use actors::prelude::*;

    /// Counts.
    #[derive(Actor, Default, Debug)]
    pub struct Counter {
        total: u64,
    }

    struct Hidden(u64);

    #[handlers]
    impl Counter {
        /// Adds. See also [`Self::set`].
        #[handler]
        pub fn add(&mut self, by: u64) -> u64 {
            self.total += by + peek(self.secret());
            self.total
        }

        // The user has the lint on methods too, and says why there is no sentence.
        #[allow(missing_docs)]
        #[handler]
        pub fn set(&mut self, to: u64) {
            self.total = to;
        }

        #[handler]
        pub(crate) fn total(&self) -> u64 {
            self.total
        }

        #[handler]
        fn secret(&self) -> Hidden {
            Hidden(self.total)
        }
    }

    fn peek(hidden: Hidden) -> u64 {
        hidden.0
    }
}

use counter::{Add, Counter, CounterClient as _, Set, Total};

async fn client(counter: ActorRef<Counter>) -> actors::Result<u64> {
    counter.set(1).await?;
    counter.ask(Set { to: 2 }).await?;
    Ok(counter.add(1).await?
        + counter.ask(Add { by: 2 }).await?
        + counter.total().await?
        + counter.ask(Total).await?)
}

fn main() {
    let _ = client;
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
