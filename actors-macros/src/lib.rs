//! Derives and attributes of the actors framework.
//!
//! Use them through the `actors` crate, whose prelude has them all. What they generate names that crate's
//! hidden module `actors::__private` and nothing else.
//!
//! | macro | on | writes |
//! |---|---|---|
//! | [`macro@Actor`] | struct, enum | an actor without hooks |
//! | [`macro@Message`] | struct, enum | the reply of a message and its name between nodes |
//! | [`macro@Event`] | struct, enum | the topic of an event, which is a message too |
//! | [`macro@Supervisor`] | struct | a supervisor whose children are its fields |
//! | [`macro@handlers`] | inherent `impl` | messages, handlers and a client trait from methods |
//! | [`macro@main`] | `async fn main` | the runtime around it, and an ordered end |
//!
//! Mistakes are reported all at once, each on the token that has it.

#![forbid(unsafe_code)]

mod errors;
mod grammar;
mod options;

mod case;
mod generics;
mod kind;

mod actor;
mod entry;
mod event;
mod handlers;
mod message;
mod supervisor;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemFn, parse_macro_input};

/// Implements `Actor` without hooks; an `impl Actor` by hand has them.
///
/// Options, all of them optional and settable again by whoever spawns:
///
/// | `#[actor(…)]` | meaning |
/// |---|---|
/// | `name = "db"` | registered under this name: `[A-Za-z0-9_.:-]{1,128}` |
/// | `mailbox = 256` | at most so many messages wait; `unbounded` for no limit |
/// | `on_full = reject` | what happens to one more: `wait`, `reject`, `drop_newest`, `drop_oldest` |
/// | `thread = dedicated` | handlers run on a thread of their own, where they may block |
///
/// Type parameters get the bounds of an actor, `Send + 'static`; `Send` is left out beside a bound that has it by a trait of
/// this library, as in `struct Assistant<B: Actor>`, so that actors can refer to each other.
///
/// # Examples
///
/// ```ignore
/// #[derive(Actor, Default)]
/// #[actor(name = "db", mailbox = 256, on_full = reject, thread = dedicated)]
/// struct Db { rows: Vec<Row> }
/// ```
#[proc_macro_derive(Actor, attributes(actor))]
pub fn actor(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(actor::derive(&input))
}

/// Implements `Message`, with the type of the answer.
///
/// | `#[message(…)]` | meaning |
/// |---|---|
/// | `reply = T` | what the handler returns; `()` where nothing is said |
/// | `remote = "counter.add/1"` | name and version between nodes; the struct derives serde's traits |
/// | `fallible` | the reply is an alias of a `Result`, whose error goes to the caller |
/// | `plain` | the reply is called `Result` and is handed over as it is |
///
/// Without a flag, a reply whose path ends in `Result` is fallible: asking gives one `Result` and not two.
///
/// # Examples
///
/// ```ignore
/// #[derive(Message, Serialize, Deserialize)]
/// #[message(reply = Result<u64, Overdrawn>, remote = "account.withdraw/1")]
/// struct Withdraw { amount: u64 }
///
/// let left: u64 = account.ask(Withdraw { amount: 40 }).await?;
/// ```
#[proc_macro_derive(Message, attributes(message))]
pub fn message(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(message::derive(&input))
}

/// Implements `Event`, and `Message` with the reply `()`.
///
/// | `#[event(…)]` | meaning |
/// |---|---|
/// | `topic = "orders.placed"` | required: words with dots between |
/// | `key = order_id` | the field that keeps events in order, printed with `Display`; `key = 0` in a tuple struct |
/// | `remote = "orders.placed/1"` | name and version between nodes |
///
/// # Examples
///
/// ```ignore
/// #[derive(Event, Clone)]
/// #[event(topic = "orders.placed", key = order_id)]
/// struct OrderPlaced { order_id: u64, total: Money }
///
/// system.bus().publish(OrderPlaced { order_id: 7, total }).await?;
/// ```
#[proc_macro_derive(Event, attributes(event))]
pub fn event(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(event::derive(&input))
}

/// Makes a supervisor out of a struct: its fields are its children, in the order of their start.
///
/// Writes two functions: `start`, which takes a system and the plain fields, starts the children and gives a
/// `Running<Self>`; and `tree`, which takes the plain fields and gives the builder, to be nested in another supervisor.
/// Plain fields are cloned for each child that is started.
///
/// | `#[supervisor(…)]` | meaning |
/// |---|---|
/// | `strategy = rest_for_one` | `one_for_one` unless set, or `one_for_all` |
/// | `intensity = 3, within = "5s"` | at most so many restarts in that time; 1 in 5 s unless set |
/// | `auto_shutdown = any_significant` | `never` unless set, or `all_significant` |
/// | `name = "shop"` | registered under this name |
/// | `decide = on_error` | a function from `&ActorError` to `Directive` |
///
/// | `#[child(…)]` | meaning |
/// |---|---|
/// | `start = Catalog::open(path.clone())` | the state of an actor, or a `Result` with one; evaluated for each life. It sees the plain fields and the children before it |
/// | `tree = Payments::tree(config.clone())` | a nested supervisor; the field is a `SupervisorRef` |
/// | `dynamic` | children come at run time; the field is `Children<A>`; takes `intensity` and `within` too |
/// | `restart = transient` | `permanent` unless set, or `temporary` |
/// | `shutdown = "5s"` | or `kill`, `infinity`; 5 s unless set, `infinity` for supervisors |
/// | `backoff = "100ms..10s"` | the least and the longest delay before a restart |
/// | `significant` | its end counts for `auto_shutdown` |
/// | `id = "catalog"` | the field's name unless set |
/// | `name = "catalog"` | registered under this name in the system |
/// | `decide = on_error` | as above, for this child |
///
/// Lengths of time are whole numbers with `us`, `ms`, `s`, `m` or `h`.
///
/// # Examples
///
/// ```ignore
/// #[derive(Supervisor)]
/// #[supervisor(strategy = rest_for_one, intensity = 3, within = "5s")]
/// struct Shop {
///     config: Config,
///     #[child(start = Catalog::open(config.path.clone()), shutdown = "5s")]
///     catalog: ActorRef<Catalog>,
///     #[child(start = Payments::new(catalog.clone()), restart = transient, backoff = "100ms..10s")]
///     payments: ActorRef<Payments>,
///     #[child(dynamic)]
///     orders: Children<OrderFlow>,
/// }
///
/// let shop = Shop::start(&system, config).await?;
/// shop.payments.charge(card, total).await?;
/// ```
#[proc_macro_derive(Supervisor, attributes(supervisor, child))]
pub fn supervisor(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(supervisor::derive(&input))
}

/// Makes messages, handlers and a client out of the methods marked `#[handler]`.
///
/// A method `add(&mut self, by: u64) -> u64` of `Counter` gives
///
/// * `struct Add { by: u64 }`, with the method's visibility and documentation, a `Message` with the reply `u64`;
/// * `impl Handler<Add> for Counter`, which calls the method;
/// * `add(&self, by: u64)` in the trait `CounterClient`, which references to the actor implement. It returns a
///   request: await it to ask, or `.tell()` it.
///
/// The methods stay what they are and can be called on a `Counter` itself. Those without `#[handler]` are left alone.
///
/// # What a handler may be
///
/// An `fn` or `async fn` with `&mut self` or `&self`, then arguments by value that own what they hold, then, where
/// it is needed, `ctx: &mut Context<Self>`. A handler that answers later takes a `reply: ReplyTo<T>` and returns nothing.
///
/// | option | meaning |
/// |---|---|
/// | `#[handlers(client = CounterAdmin)]` | the name of the client trait; a second block needs one |
/// | `#[handler(message = PutIn)]` | the name of the message |
/// | `#[handler(remote = "counter.add/1")]` | name and version between nodes; derives serde's traits for the message |
/// | `#[handler(fallible)]`, `#[handler(plain)]` | as for [`macro@Message`] |
///
/// Where every handler of a block has a wire name, remote references implement the client too.
///
/// Methods that every reference has, such as `stop` or `id`, would be called in place of a client's method of that
/// name; these names are refused.
///
/// # Examples
///
/// ```ignore
/// #[derive(Actor, Default)]
/// struct Counter { total: u64 }
///
/// #[handlers]
/// impl Counter {
///     /// Adds to the total, and gives the new one.
///     #[handler]
///     pub fn add(&mut self, by: u64) -> u64 {
///         self.total += by;
///         self.total
///     }
/// }
///
/// let counter = system.spawn(Counter::default());
/// assert_eq!(counter.add(40).await?, 40);
/// counter.add(2).tell().await?;
/// counter.tell(Add { by: 1 }).await?;
/// ```
#[proc_macro_attribute]
pub fn handlers(arguments: TokenStream, item: TokenStream) -> TokenStream {
    handlers::expand(arguments.into(), item.into()).into()
}

/// Marks a method in a block with [`macro@handlers`]; it means nothing elsewhere.
///
/// # Examples
///
/// ```ignore
/// #[handlers]
/// impl Counter {
///     #[handler(message = PutIn)]
///     fn add(&mut self, by: u64) {
///         self.total += by;
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn handler(_: TokenStream, method: TokenStream) -> TokenStream {
    handlers::stray_handler(proc_macro2::Span::call_site(), &method.into()).into()
}

/// Runs an `async fn main` on a runtime, with a system that ends in order on Ctrl-C and SIGTERM.
///
/// The function takes the `ActorSystem` or nothing, and returns what a `main` may return.
///
/// # Examples
///
/// ```ignore
/// #[actors::main]
/// async fn main(system: ActorSystem) -> actors::Result<()> {
///     let counter = system.spawn(Counter::default());
///     println!("{}", counter.add(40).await?);
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, function: TokenStream) -> TokenStream {
    let function = parse_macro_input!(function as ItemFn);
    entry::expand(arguments.into(), function).into()
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}
