//! Sync and async, with and without context, `mut` arguments, raw names, handles to answer later.

use actors::prelude::*;

#[derive(Actor, Default)]
struct Desk {
    waiting: Vec<ReplyTo<Option<u64>>>,
    sum: u64,
}

#[handlers]
impl Desk {
    #[handler]
    async fn wait_for(&mut self, _ticket: u64, ctx: &mut Context<Self>) -> u64 {
        let _ = ctx;
        std::future::ready(()).await;
        self.sum
    }

    #[handler]
    fn sort(&self, mut numbers: Vec<u64>, _: &mut Context<Desk>) -> Vec<u64> {
        numbers.sort_unstable();
        numbers
    }

    #[handler]
    fn r#type(&self, r#match: u8, message: u8, context: u8, reply: u8) -> u8 {
        r#match + message + context + reply
    }

    #[handler]
    fn later(&mut self, reply: ReplyTo<Option<u64>>) {
        self.waiting.push(reply);
    }

    #[handler]
    fn answer(&mut self, with: u64) -> usize {
        self.waiting.drain(..).map(|reply| reply.send(Some(with))).count()
    }

    #[handler]
    async fn at_once(
        &mut self,
        first: u64,
        answer: actors::prelude::ReplyTo<Result<u64, String>>,
        second: u64,
        _ctx: &mut Context<Self>,
    ) -> () {
        answer.send(Ok(first + second));
    }

    #[handler(message = CountWords)]
    #[allow(unused_mut)]
    fn count(&self, #[allow(unused_variables)] text: String, hint: &'static str) -> usize {
        hint.len()
    }

    #[handler]
    fn call(&self, with: Box<dyn Fn(&str) -> &str + Send>, plain: fn(&u8) -> &u8) -> usize {
        with("x").len() + usize::from(*plain(&1))
    }
}

async fn client(desk: ActorRef<Desk>) -> actors::Result<()> {
    assert_eq!(desk.wait_for(1).await?, 0);
    assert_eq!(desk.sort(vec![2, 1]).await?, [1, 2]);
    assert_eq!(desk.r#type(1, 2, 3, 4).await?, 10);
    assert_eq!(desk.at_once(1, 2).await?, 3);
    assert_eq!(desk.ask(CountWords { text: "a b".into(), hint: "abc" }).await?, 3);
    assert_eq!(desk.ask(Type { r#match: 1, message: 2, context: 3, reply: 5 }).await?, 11);
    assert_eq!(desk.call(Box::new(|text| text), |number| number).await?, 2);

    let mut later = desk.later();
    let mut answers = 0;
    let first =
        std::future::poll_fn(|task| std::task::Poll::Ready(std::pin::Pin::new(&mut later).poll(task))).await;
    assert!(first.is_pending());
    while answers == 0 {
        answers = desk.answer(7).await?;
    }
    assert_eq!(later.await?, Some(7));
    Ok(())
}

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    client(system.spawn(Desk::default())).await
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
