//! The program of the chapter for users of kameo.

// ANCHOR: program
use actors::prelude::*;

#[derive(Actor, Default)]
struct Visits {
    count: u64,
}

#[handlers]
impl Visits {
    #[handler]
    fn visit(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    #[handler]
    fn check(&self, limit: u64) -> Result<u64, TooMany> {
        if self.count > limit { Err(TooMany) } else { Ok(self.count) }
    }
}

#[derive(Debug)]
struct TooMany;

impl std::fmt::Display for TooMany {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too many visits")
    }
}

async fn run(system: &ActorSystem) -> actors::Result<()> {
    let visits = system.spawn(Visits::default());
    visits.visit().tell().await?;
    println!("{}", visits.visit().await?); // 2
    match visits.check(1).await {
        Err(CallError::Handler(TooMany)) => println!("too many"),
        other => println!("{other:?}"),
    }
    visits.check(1).tell().await?; // the error is logged and reported; the actor goes on
    println!("{}", visits.visit().await?); // 3
    Ok(())
}
// ANCHOR_END: program

// ANCHOR: family
#[derive(Supervisor)]
#[supervisor(strategy = one_for_all, intensity = 5, within = "10s")]
struct Family {
    #[child(start = Visits::default(), restart = transient)]
    visits: ActorRef<Visits>,
    #[child(start = Visits::default(), restart = temporary)]
    downloads: ActorRef<Visits>,
}
// ANCHOR_END: family

#[tokio::test(start_paused = true)]
async fn it_runs() -> actors::Result<()> {
    let system = actors::testkit::TestSystem::new();
    run(&system).await?;
    let family = Family::start(&system).await?;
    assert_eq!(family.visits.visit().await? + family.downloads.visit().await?, 2);
    family.supervisor().shutdown().await;
    system.finish().await;
    Ok(())
}
