//! The program of the chapter for users of ractor.

// ANCHOR: program
use actors::prelude::*;

#[derive(Actor)]
struct Visits {
    count: u64,
}

#[handlers]
impl Visits {
    #[handler]
    fn forget(&mut self) {
        self.count = 0;
    }

    #[handler]
    fn visit(&mut self) -> u64 {
        self.count += 1;
        self.count
    }
}

async fn run(system: &ActorSystem) -> actors::Result<()> {
    let visits = system.actor(|| Visits { count: 40 }).name("visits").start().await?;
    println!("{}", visits.visit().await?); // 41
    visits.forget().tell().await?;
    println!("{}", visits.visit().await?); // 1
    visits.stop();
    visits.wait().await;
    Ok(())
}
// ANCHOR_END: program

// ANCHOR: all
/// One message for everything, as an enum, works too.
#[derive(Message)]
enum Change {
    Forget,
    Set(u64),
}

impl Handler<Change> for Visits {
    async fn handle(&mut self, change: Change, _: &mut Context<Self>) {
        match change {
            Change::Forget => self.count = 0,
            Change::Set(count) => self.count = count,
        }
    }
}
// ANCHOR_END: all

#[tokio::test(start_paused = true)]
async fn it_runs() -> actors::Result<()> {
    let system = actors::testkit::TestSystem::new();
    run(&system).await?;
    let visits = system.spawn(Visits { count: 0 });
    visits.tell(Change::Set(8)).await?;
    assert_eq!(visits.visit().await?, 9);
    visits.tell(Change::Forget).await?;
    assert_eq!(visits.visit().await?, 1);
    drop(visits);
    system.finish().await;
    Ok(())
}
