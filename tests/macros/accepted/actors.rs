//! Every option of the derive; structs, enums and generics.

use actors::prelude::*;

#[derive(Actor)]
struct Plain;

#[derive(Actor)]
#[actor(name = "db", mailbox = 256, on_full = reject, thread = dedicated)]
struct Db;

#[derive(Actor)]
#[actor(mailbox = 1_000_usize)]
#[actor(on_full = drop_oldest,)]
enum Light {
    _Red,
    _Green,
}

#[derive(Actor)]
#[actor(on_full = drop_newest)]
struct Newest;

#[derive(Actor)]
#[actor(mailbox = unbounded)]
struct Generic<T: Clone, U = u8, const N: usize = 2>([T; N], U)
where
    U: Default;

#[derive(Actor)]
#[actor()]
struct Waits;

/// Refers to one of its own type.
#[derive(Actor)]
struct Link<T: Send + 'static> {
    _value: T,
    _next: Option<ActorRef<Link<T>>>,
}

/// Refers to actors that refer back to it.
#[derive(Actor)]
struct Boss {
    _assistant: Option<ActorRef<Assistant<Boss>>>,
    _deputy: Option<ActorRef<Deputy<Boss>>>,
    _link: Option<ActorRef<Link<ActorRef<Boss>>>>,
}

#[derive(Actor)]
struct Assistant<B: Actor> {
    _boss: ActorRef<B>,
    _reports: Recipient<Report<B>>,
}

#[derive(Actor)]
struct Deputy<B>(ActorRef<B>)
where
    B: Actor;

#[derive(Message)]
struct Report<B: Actor> {
    _about: ActorRef<B>,
}

fn is_actor<A: Actor>() -> ActorOptions {
    A::options()
}

fn generic<T: Clone + Send + 'static>() {
    is_actor::<Generic<T>>();
}

fn main() {
    is_actor::<Plain>();
    is_actor::<Db>();
    is_actor::<Light>();
    is_actor::<Newest>();
    is_actor::<Waits>();
    is_actor::<Boss>();
    is_actor::<Assistant<Boss>>();
    is_actor::<Deputy<Boss>>();
    is_actor::<Link<u8>>();
    generic::<String>();
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
