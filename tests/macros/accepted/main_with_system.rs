//! The system comes as an argument; `?` works on what `main` returns.

use actors::prelude::*;

#[derive(Actor)]
struct Idle;

/// Documented, and with attributes of its own.
#[actors::main]
#[allow(clippy::unused_async)]
async fn main(system: ActorSystem) -> actors::Result<()> {
    let _idle = system.spawn(Idle);
    let number: u8 = "7".parse()?;
    assert_eq!(number, 7);
    Ok(())
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
