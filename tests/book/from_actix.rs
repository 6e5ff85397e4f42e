//! The program of the chapter for users of actix.

// ANCHOR: program
use std::time::Duration;

use actors::prelude::*;

struct Visits {
    count: u64,
}

impl Actor for Visits {
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
        ctx.every(Duration::from_secs(3600), Forget);
        Ok(())
    }
}

#[derive(Message, Clone)]
struct Forget;

impl Handler<Forget> for Visits {
    async fn handle(&mut self, _: Forget, _: &mut Context<Self>) {
        self.count = 0;
    }
}

#[derive(Message)]
#[message(reply = u64)]
struct Visit;

impl Handler<Visit> for Visits {
    async fn handle(&mut self, _: Visit, _: &mut Context<Self>) -> u64 {
        self.count += 1;
        self.count
    }
}

async fn look_up(page: u32) -> String {
    format!("page {page}")
}

#[derive(Message)]
#[message(reply = String)]
struct Title(u32);

impl Handler<Title> for Visits {
    async fn handle(&mut self, Title(page): Title, _: &mut Context<Self>) -> String {
        let title = look_up(page).await; // other messages wait meanwhile
        format!("{title}, visit {}", self.count)
    }
}

async fn run(system: &ActorSystem) -> actors::Result<()> {
    let visits = system.spawn(Visits { count: 0 });
    visits.tell(Visit).await?;
    println!("{}", visits.ask(Visit).await?); // 2
    println!("{}", visits.ask(Title(7)).await?); // page 7, visit 2
    Ok(())
}
// ANCHOR_END: program

// ANCHOR: beside
/// Answers when the title is there, and handles other messages meanwhile.
struct Busy {
    visits: Visits,
}

#[derive(Message)]
struct Found(String, ReplyTo<String>);

impl Actor for Busy {}

impl Responder<Title> for Busy {
    async fn respond(&mut self, Title(page): Title, reply: ReplyTo<String>, ctx: &mut Context<Self>) {
        ctx.pipe(look_up(page), |title| Found(title, reply));
    }
}

impl Handler<Found> for Busy {
    async fn handle(&mut self, Found(title, reply): Found, _: &mut Context<Self>) {
        reply.send(format!("{title}, visit {}", self.visits.count));
    }
}
// ANCHOR_END: beside

#[tokio::test(start_paused = true)]
async fn it_runs() -> actors::Result<()> {
    let system = actors::testkit::TestSystem::new();
    run(&system).await?;
    let busy = system.spawn(Busy { visits: Visits { count: 3 } });
    assert_eq!(busy.ask(Title(7)).await?, "page 7, visit 3");
    drop(busy);
    system.finish().await;
    Ok(())
}
