//! The plain form: a struct that is a message, a handler by hand.

use actors::prelude::*;

#[derive(Message)]
struct Ping;

#[derive(Message)]
#[message(reply = Result<Vec<u64>, String>)]
enum List {
    All,
    First(u8),
}

#[derive(Message)]
#[message(reply = Option<T>)]
struct Wrap<T, const N: usize>([T; N])
where
    T: Clone;

#[derive(Message)]
#[message(plain)]
#[message(reply = (u8, u8))]
struct Pair(u8);

#[derive(Actor)]
struct Echo;

impl Handler<Ping> for Echo {
    async fn handle(&mut self, _: Ping, _: &mut Context<Self>) {}
}

impl Responder<List> for Echo {
    async fn respond(&mut self, list: List, reply: ReplyTo<Result<Vec<u64>, String>>, _: &mut Context<Self>) {
        match list {
            List::All => reply.send(Ok(vec![])),
            List::First(count) => reply.send(Err(count.to_string())),
        }
    }
}

impl<T: Clone + Send + 'static> Handler<Wrap<T, 1>> for Echo {
    async fn handle(&mut self, Wrap([value]): Wrap<T, 1>, _: &mut Context<Self>) -> Option<T> {
        Some(value)
    }
}

impl Handler<Pair> for Echo {
    async fn handle(&mut self, pair: Pair, _: &mut Context<Self>) -> (u8, u8) {
        (pair.0, pair.0)
    }
}

async fn client(echo: ActorRef<Echo>) -> actors::Result<()> {
    echo.tell(Ping).await?;
    echo.ask(Ping).await?;
    let _: Vec<u64> = echo.ask(List::All).await?;
    let _: Option<String> = echo.ask(Wrap(["a".to_string()])).await?;
    let (_, _): (u8, u8) = echo.ask(Pair(1)).await?;
    Ok(())
}

fn main() {
    let _ = (client, List::First(1));
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
