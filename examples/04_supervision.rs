//! Supervision: a family of actors in order, a crash that everybody can see and nobody has to handle, and what is too much.
//! Run it with `cargo run --example 04_supervision`.

use actors::prelude::*;

#[derive(Actor)]
struct Catalog {
    prices: Vec<(&'static str, u32)>,
    lookups: u32,
}

#[handlers]
impl Catalog {
    #[handler]
    fn price(&mut self, article: &'static str) -> u32 {
        self.lookups += 1;
        let found = self.prices.iter().find(|(name, _)| *name == article);
        found.unwrap_or_else(|| panic!("there is no {article} in the catalog")).1
    }

    #[handler]
    fn lookups(&self) -> u32 {
        self.lookups
    }
}

impl Catalog {
    fn open() -> Result<Self, std::io::Error> {
        println!("the catalog opens");
        Ok(Self { prices: vec![("tea", 4), ("coffee", 6)], lookups: 0 })
    }
}

#[derive(Actor)]
struct Till {
    catalog: ActorRef<Catalog>,
    total: u32,
}

#[handlers]
impl Till {
    #[handler]
    async fn sell(&mut self, article: &'static str) -> Result<u32, AskError> {
        self.total += self.catalog.price(article).await?;
        Ok(self.total)
    }
}

// ANCHOR: shop
/// The till needs the catalog, so it is started after it, and anew whenever the catalog is.
#[derive(Supervisor)]
#[supervisor(strategy = rest_for_one, intensity = 2, within = "1m", name = "shop")]
struct Shop {
    #[child(start = Catalog::open())]
    catalog: ActorRef<Catalog>,
    #[child(start = Till { catalog, total: 0 }, restart = transient)]
    till: ActorRef<Till>,
}
// ANCHOR_END: shop

// With `#[actors::main]` the program would end with code 1 when the shop has given up: nobody should think that it still serves.
#[tokio::main]
async fn main() -> actors::Result<()> {
    let system = ActorSystem::new();
    let mut errors = system.errors().subscribe();
    let shop = Shop::start(&system).await?;
    println!("sold for {}", shop.till.sell("tea").await?);

    // The catalog panics. Whoever asked is told at once; the supervisor starts both anew.
    match shop.till.sell("beer").await {
        Err(CallError::Handler(error)) => println!("not sold, because of the catalog: {error}"),
        Err(CallError::Ask(error)) => println!("not sold, because of the till: {error}"),
        Ok(total) => println!("sold for {total}"),
    }
    if let Some(error) = errors.recv().await {
        println!("reported: {error}");
    }

    // The same references lead to the new lives, which have new states.
    println!("sold for {}", shop.till.sell("coffee").await?);
    println!("the catalog was asked {} times", shop.catalog.lookups().await?);
    println!("restarts: {}", system.restarts());

    // A third crash within a minute is more than `intensity` allows: the shop ends, and says why.
    for _ in 0..2 {
        let _ = shop.catalog.price("beer").await;
    }
    println!("escalated: {}", system.escalated().await);
    println!("the shop ended: {}", shop.supervisor().wait().await);
    Ok(())
}
