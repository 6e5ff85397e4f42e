//! `cfg` on a handler holds for everything made from it; so does one on the block.

#![deny(warnings)]
#![allow(unexpected_cfgs)]

use actors::prelude::*;

#[derive(Actor)]
struct Clock;

#[handlers]
impl Clock {
    #[cfg(not(windows_phone))]
    #[handler]
    fn now(&self) -> u64 {
        1
    }

    #[cfg(windows_phone)]
    #[handler]
    fn now(&self) -> NoSuchType {
        2
    }

    /// Old.
    #[deprecated = "use `now`"]
    #[handler]
    fn then(&self, at: u64) -> u64 {
        at
    }
}

#[handlers(client = PhoneClock)]
#[cfg(windows_phone)]
impl Clock {
    #[handler]
    fn ring(&self) -> NoSuchType {
        3
    }
}

async fn client(clock: ActorRef<Clock>) -> actors::Result<u64> {
    #[expect(deprecated)]
    let then = clock.then(1).await?;
    Ok(clock.now().await? + then)
}

fn main() {
    let _ = client;
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
