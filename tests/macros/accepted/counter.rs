//! The first program of the guide, as a client sees it.

use actors::prelude::*;

#[derive(Actor, Default)]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    #[handler]
    fn add(&mut self, by: u64) -> u64 {
        self.total += by;
        self.total
    }

    #[handler]
    fn total(&self) -> u64 {
        self.total
    }

    #[handler]
    fn reset(&mut self) {
        self.total = self.without_handler();
    }

    fn without_handler(&self) -> u64 {
        0
    }
}

async fn client(counter: ActorRef<Counter>) -> actors::Result<u64> {
    let forty: u64 = counter.add(40).await?;
    counter.add(2).tell().await?;
    counter.tell(Add { by: 1 }).await?;
    let total: u64 = counter.ask(Total).await?;
    counter.tell(Reset).await?;
    counter.reset().await?;
    Ok(forty + total + counter.total().await?)
}

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    let mut counter = Counter::default();
    assert_eq!(counter.add(40), 40);
    counter.reset();
    assert_eq!(counter.total(), 0);

    assert_eq!(client(system.spawn(counter)).await?, 83);
    Ok(())
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
