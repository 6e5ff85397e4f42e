//! What is let go of, and when.

use std::sync::{Arc, OnceLock};

use actors::prelude::*;

use crate::support::*;

/// Stands in for what users' factories, actors and messages hold.
type Token = Arc<()>;

#[derive(Actor)]
struct Holder(#[expect(dead_code, reason = "held to be let go of")] Token);

#[handlers]
impl Holder {
    #[handler]
    fn take(&mut self, _token: Token) {}

    #[handler]
    async fn hang(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// A child whose factory holds a token and whose states hold another one.
fn holder(id: &'static str, factory: &Token, state: &Token) -> ChildSpec {
    let (factory, state) = (factory.clone(), state.clone());
    ChildSpec::new(id, move || {
        let _ = &factory;
        Holder(state.clone())
    })
}

fn held(token: &Token) -> usize {
    Arc::strong_count(token) - 1
}

#[tokio::test(start_paused = true)]
async fn a_temporary_child_keeps_no_factory_and_leaves_nothing() {
    let (system, token) = (ActorSystem::new(), Token::default());
    let temporary = |id| holder(id, &token, &Token::default()).restart(Restart::temporary());
    let built_with = Supervisor::one_for_one().child(temporary("a")).start(&system).await.unwrap();
    assert_eq!(held(&token), 0, "its only life has been built");
    built_with.start_child(temporary("b")).await.unwrap();
    assert_eq!(held(&token), 0);
    let spec = built_with.get_child_spec("b").await.unwrap();
    built_with.terminate_child("b").await.unwrap();
    let refused = built_with.start_child(spec).await.unwrap_err();
    assert!(refused.to_string().contains("no factory is kept"), "{refused}");

    let pool: Children<Holder> =
        Supervisor::dynamic().restart(Restart::temporary()).start(&system).await.unwrap();
    let (factory, state) = (token.clone(), Token::default());
    let made = state.clone();
    let spawned = pool.spawn(move || {
        let _ = &factory;
        Holder(made.clone())
    });
    let child = spawned.await.unwrap();
    assert_eq!((held(&token), held(&state)), (0, 1));
    child.kill();
    child.wait().await;
    assert_eq!(held(&state), 0);

    let permanent: Children<Holder> = Supervisor::dynamic().start(&system).await.unwrap();
    let factory = token.clone();
    let spawned = permanent.spawn(move || Holder(factory.clone()));
    let child = spawned.await.unwrap();
    assert_eq!(held(&token), 2, "factory and state");
    permanent.terminate(&child).await.unwrap();
    settle().await;
    assert_eq!(held(&token), 0, "although there is a reference to the actor");
}

#[tokio::test(start_paused = true)]
async fn a_tree_that_has_ended_holds_nothing_even_if_its_factories_hold_its_references() {
    for kill in [false, true] {
        let (system, token) = (ActorSystem::new(), Token::default());
        let known: Arc<OnceLock<SupervisorRef>> = Arc::default();
        let circle = |id| {
            let (known, token) = (known.clone(), token.clone());
            ChildSpec::new(id, move || {
                let _ = &known;
                Holder(token.clone())
            })
        };
        let pool = Supervisor::dynamic();
        let inner = Supervisor::one_for_one()
            .child(circle("x"))
            .child(ChildSpec::supervisor("pool", pool))
            .child(circle("t").restart(Restart::temporary()));
        let root = Supervisor::one_for_all()
            .child(circle("a"))
            .child(ChildSpec::supervisor("inner", inner))
            .start(&system)
            .await
            .unwrap();
        known.set(root.clone()).ok().unwrap();
        let inner: SupervisorRef = root.child("inner").unwrap();
        let pool: Children<Holder> = inner.child("pool").unwrap();
        let (of_pool, for_pool) = (known.clone(), token.clone());
        let spawned = pool.spawn(move || {
            let _ = &of_pool;
            Holder(for_pool.clone())
        });
        spawned.await.unwrap();
        root.start_child(circle("added")).await.unwrap();
        let a: ActorRef<Holder> = root.child("a").unwrap();
        a.hang().tell().await.unwrap();
        a.take(token.clone()).tell().await.unwrap();
        if kill {
            root.kill();
            root.wait().await;
        } else {
            root.shutdown().await;
        }
        drop((a, inner, pool));
        // The reference to the root is still there, in everybody's hands.
        assert!(held(&token) <= 1, "killed: {kill}; {} held", held(&token));
        let weak = Arc::downgrade(&known);
        drop((known, root));
        settle().await;
        assert_eq!((held(&token), weak.strong_count()), (0, 0), "killed: {kill}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_nested_tree_that_is_terminated_or_deleted_holds_nothing() {
    let (system, token) = (ActorSystem::new(), Token::default());
    let root = Supervisor::one_for_one().start(&system).await.unwrap();
    let inner = |token: &Token| {
        let tree = Supervisor::one_for_one().child(holder("x", token, token));
        ChildSpec::supervisor("inner", tree)
    };
    root.start_child(inner(&token)).await.unwrap();
    let handle: SupervisorRef = root.child("inner").unwrap();
    let x: ActorRef<Holder> = handle.child("x").unwrap();
    root.terminate_child("inner").await.unwrap();
    assert!(!x.is_alive());
    assert!(matches!(handle.child::<ActorRef<Holder>>("x"), Err(ChildError::Stopped)));
    root.delete_child("inner").await.unwrap();
    drop((x, handle));
    settle().await;
    assert_eq!(held(&token), 0);

    root.start_child(inner(&token).restart(Restart::temporary())).await.unwrap();
    let handle: SupervisorRef = root.child("inner").unwrap();
    handle.kill();
    handle.wait().await;
    assert_eq!(held(&token), 0, "although there is a reference to the supervisor");
}
