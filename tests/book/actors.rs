//! The programs of the chapter on actors.

use std::time::Duration;

use actors::prelude::*;
use actors::testkit::TestSystem;

// ANCHOR: options
/// At most 64 messages wait; a sender that finds no room gets its message back.
#[derive(Actor, Default)]
#[actor(mailbox = 64, on_full = reject)]
struct Scale {
    grams: u64,
}
// ANCHOR_END: options

#[handlers]
impl Scale {
    #[handler]
    fn put(&mut self, grams: u64) -> u64 {
        self.grams += grams;
        self.grams
    }
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_is_chosen_by_type_or_by_whoever_spawns() -> actors::Result<()> {
    let system = TestSystem::new();
    // ANCHOR: builder
    let scale = system.actor(Scale::default).mailbox(Mailbox::bounded(1)).spawn();
    // ANCHOR_END: builder
    // ANCHOR: requests
    assert_eq!(scale.put(3).await?, 3); // asks, and waits up to 5 s
    scale.put(3).timeout(Duration::from_secs(60)).await?; // asks, and waits up to 60 s
    scale.put(3).tell().await?; // tells; waits for room if that is the mailbox's policy
    scale.put(3).urgent().await?; // asks, before everything that is not urgent
    let later = scale.put(3).tell_after(Duration::from_secs(1)); // tells in a second
    later.cancel();
    let asking = tokio::spawn(scale.put(3).owned()); // asks from a task of its own
    // ANCHOR_END: requests
    assert_eq!(asking.await??, 15);
    scale.stop();
    let scale = system.actor(Scale::default).mailbox(Mailbox::bounded(1).on_full(OnFull::Reject)).spawn();
    // ANCHOR: full
    scale.put(1).try_tell()?;
    let refused = scale.put(2).try_tell().expect_err("there is room for one");
    assert!(refused.is_full());
    assert_eq!(refused.into_message().grams, 2);
    // ANCHOR_END: full
    scale.stop();
    system.finish().await;
    Ok(())
}

// ANCHOR: circle
#[derive(Actor, Default)]
struct Clerk {
    colleague: Option<ActorRef<Clerk>>,
}

#[handlers]
impl Clerk {
    #[handler]
    fn meet(&mut self, colleague: ActorRef<Clerk>) {
        self.colleague = Some(colleague);
    }

    /// Lets the colleague decide.
    #[handler]
    async fn decide(&mut self) -> actors::Result<u32> {
        match &self.colleague {
            Some(colleague) => Ok(colleague.decide().await?),
            None => Ok(42),
        }
    }
}
// ANCHOR_END: circle

#[tokio::test(start_paused = true)]
async fn a_circle_is_an_error_that_names_it() -> actors::Result<()> {
    let system = TestSystem::new();
    // ANCHOR: circle_found
    let (one, two) = (system.spawn(Clerk::default()), system.spawn(Clerk::default()));
    one.meet(two.clone()).await?;
    two.meet(one.clone()).await?;
    let error = one.decide().await.expect_err("nobody decides");
    assert_eq!(error.to_string(), "the actors wait for each other: /Clerk#2 -> /Clerk#1 -> /Clerk#2");
    // ANCHOR_END: circle_found
    one.stop();
    two.stop();
    system.finish().await;
    Ok(())
}

async fn fetch(url: String) -> Result<String, std::io::Error> {
    tokio::time::sleep(Duration::from_millis(10)).await;
    Ok(url)
}

fn count_words(text: &str) -> usize {
    text.split_whitespace().count()
}

// ANCHOR: aside
#[derive(Actor, Default)]
struct Reader {
    pages: Vec<String>,
}

#[derive(Message)]
struct Fetched(Result<String, std::io::Error>);

#[derive(Message)]
struct Counted(usize, ReplyTo<usize>);

#[handlers]
impl Reader {
    /// Fetches beside the mailbox. The actor handles other messages meanwhile.
    #[handler]
    fn read(&mut self, url: String, ctx: &mut Context<Self>) {
        ctx.pipe(fetch(url), Fetched);
    }

    /// Computes on a thread of the blocking pool, and answers when that is done.
    #[handler]
    fn words(&mut self, reply: ReplyTo<usize>, ctx: &mut Context<Self>) {
        let text = self.pages.join(" ");
        ctx.blocking(move || count_words(&text), |words| Counted(words, reply));
    }
}

impl Handler<Fetched> for Reader {
    async fn handle(&mut self, Fetched(page): Fetched, _: &mut Context<Self>) {
        self.pages.extend(page);
    }
}

impl Handler<Counted> for Reader {
    async fn handle(&mut self, Counted(words, reply): Counted, _: &mut Context<Self>) {
        reply.send(words);
    }
}
// ANCHOR_END: aside

#[tokio::test]
async fn work_goes_on_beside_the_mailbox() -> actors::Result<()> {
    let system = TestSystem::new();
    let reader = system.spawn(Reader::default());
    reader.read("a b c".to_owned()).await?;
    while reader.words().await? != 3 {}
    drop(reader);
    system.finish().await;
    Ok(())
}

// ANCHOR: by_hand
struct Doubler;

impl Actor for Doubler {}

#[derive(Message)]
#[message(reply = u64)]
struct Double(u64);

impl Handler<Double> for Doubler {
    async fn handle(&mut self, Double(number): Double, _: &mut Context<Self>) -> u64 {
        number * 2
    }
}
// ANCHOR_END: by_hand

/// Threads without a runtime have calls of their own.
#[test]
fn a_thread_asks() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let system = ActorSystem::builder().runtime(runtime.handle().clone()).build();
    // ANCHOR: thread
    let doubler = system.spawn(Doubler);
    let thread = std::thread::spawn(move || doubler.blocking_ask(Double(21)));
    // ANCHOR_END: thread
    assert_eq!(thread.join().expect("it does not panic"), Ok(42));
}

// ANCHOR: references
#[tokio::test(start_paused = true)]
async fn references_of_three_kinds() {
    let system = TestSystem::new();
    let doubler: ActorRef<Doubler> = system.spawn(Doubler);
    let whoever_doubles: Recipient<Double> = doubler.recipient();
    let weak = doubler.downgrade();
    assert_eq!(whoever_doubles.ask(Double(4)).await, Ok(8));

    drop(doubler);
    assert!(weak.upgrade().is_some(), "the recipient keeps it alive");
    drop(whoever_doubles);
    system.finish().await; // it has stopped: nobody can reach it any more
    assert!(weak.upgrade().is_none());
}
// ANCHOR_END: references
