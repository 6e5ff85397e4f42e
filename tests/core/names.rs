//! The registry of names.

use actors::prelude::*;
use actors::{LookupError, StartError};

use crate::support::*;

#[derive(Actor, Default)]
struct Other;

#[tokio::test]
async fn a_name_is_unique_among_running_actors() {
    let system = ActorSystem::new();
    let scribe = system.actor(Scribe::default).name("scribe").start().await.unwrap();
    let error = system.actor(Other::default).name("scribe").start().await.unwrap_err();
    assert!(matches!(&error, StartError::NameTaken(name) if name == "scribe"), "{error}");
    assert_eq!(system.lookup::<Scribe>("scribe").unwrap(), scribe);
    scribe.stop();
    scribe.wait().await;
    assert!(
        system.actor(Other::default).name("scribe").start().await.is_ok(),
        "free before watchers are told"
    );
}

#[tokio::test]
async fn absent_and_of_another_type_are_different_errors() {
    let system = ActorSystem::new();
    let _scribe = system.actor(Scribe::default).name("scribe").start().await.unwrap();
    assert!(matches!(system.lookup::<Scribe>("nobody"), Err(LookupError::NotFound { .. })));
    let error = system.lookup::<Other>("scribe").unwrap_err();
    assert_eq!(error.to_string(), "the actor named \"scribe\" is a Scribe, not a Other");
}

#[tokio::test]
async fn a_named_actor_needs_no_reference_to_go_on() {
    let system = ActorSystem::new();
    drop(system.actor(Scribe::default).name("scribe").start().await.unwrap());
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(system.lookup::<Scribe>("scribe").unwrap().write(1).await, Ok(1));
}

#[tokio::test]
async fn await_name_waits_for_the_registration() {
    let system = ActorSystem::new();
    let waiting = tokio::spawn({
        let system = system.clone();
        async move { system.await_name::<Scribe>("late").await }
    });
    tokio::task::yield_now().await;
    let late = system.actor(Scribe::default).name("late").start().await.unwrap();
    assert_eq!(waiting.await.unwrap(), late);
}

#[tokio::test]
async fn a_name_survives_a_restart() {
    let system = ActorSystem::new();
    let builder = system.actor(Scribe::default).restart(Restart::permanent().max(5, seconds(5)));
    let scribe = builder.name("scribe").start().await.unwrap();
    scribe.explode().tell().await.unwrap();
    assert_eq!(system.lookup::<Scribe>("scribe").unwrap().write(3).await, Ok(3));
}

#[tokio::test]
async fn a_name_in_the_options_of_the_type_is_registered_too() {
    #[derive(Actor, Default)]
    #[actor(name = "db")]
    struct Db;
    let system = ActorSystem::new();
    let db = system.spawn(Db);
    assert_eq!(system.lookup::<Db>("db").unwrap(), db);
    let second = system.spawn(Db);
    assert!(matches!(second.wait().await, ExitReason::Failed(error) if error.to_string().contains("taken")));
}

/// Takes over the name of the one it watches as soon as it hears of its end.
#[derive(Actor)]
struct Heir(Journal);

impl Handler<Terminated> for Heir {
    async fn handle(&mut self, _: Terminated, ctx: &mut Context<Self>) {
        let successor = ctx.system().actor(Other::default).name("throne").start().await;
        self.0.note(match successor {
            Ok(_) => "succeeded".to_owned(),
            Err(error) => error.to_string(),
        });
    }
}

#[handlers]
impl Heir {
    #[handler]
    fn wait_for(&mut self, scribe: ActorRef<Scribe>, ctx: &mut Context<Self>) {
        ctx.watch(&scribe);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_free_when_watchers_hear_of_the_end() {
    type End = fn(&ActorRef<Scribe>);
    let ends: [End; 3] =
        [|scribe| scribe.stop(), |scribe| scribe.kill(), |scribe| scribe.explode().try_tell().unwrap()];
    for end in ends.iter().cycle().take(60) {
        let (system, journal) = (ActorSystem::new(), Journal::default());
        let scribe = system.actor(Scribe::default).name("throne").start().await.unwrap();
        let heir = system.spawn(Heir(journal.clone()));
        heir.wait_for(scribe.clone()).await.unwrap();
        end(&scribe);
        while journal.entries().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(journal.entries(), ["succeeded"]);
    }
}

#[tokio::test]
async fn await_name_waits_for_whoever_of_its_type_has_it_next() {
    let system = ActorSystem::new();
    let first = system.actor(Scribe::default).name("scribe").start().await.unwrap();
    first.stop();
    first.wait().await;
    let waiting = tokio::spawn({
        let system = system.clone();
        async move { system.await_name::<Scribe>("scribe").await }
    });
    tokio::task::yield_now().await;
    let other = system.actor(Other::default).name("other").start().await.unwrap();
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished(), "the change was not about this name");
    let second = system.actor(Scribe::default).name("scribe").start().await.unwrap();
    assert_eq!(waiting.await.unwrap(), second);
    assert_eq!(system.await_name::<Scribe>("scribe").await, second);
    let waiting = tokio::spawn({
        let system = system.clone();
        async move { system.await_name::<Scribe>("other").await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished(), "it is of another type");
    other.stop();
    other.wait().await;
    let third = system.actor(Scribe::default).name("other").start().await.unwrap();
    assert_eq!(waiting.await.unwrap(), third);
}

#[tokio::test]
async fn names_and_paths_resolve_to_references_of_whatever_type() {
    #[derive(Actor)]
    struct Parent(Option<ActorRef<Scribe>>);

    #[handlers]
    impl Parent {
        #[handler]
        fn bear(&mut self, ctx: &mut Context<Self>) -> ActorRef<Scribe> {
            self.0.get_or_insert_with(|| ctx.spawn(Scribe::default())).clone()
        }
    }

    let system = ActorSystem::new();
    let named = system.actor(|| Parent(None)).name("parent").start().await.unwrap();
    let child = named.bear().await.unwrap();
    let anonymous = system.spawn(Other);

    let found = system.resolve("parent").unwrap();
    assert_eq!((found.id(), found.type_name(), found.path()), (named.id(), "Parent", named.path()));
    assert_eq!(system.resolve(named.path()).unwrap(), found);
    assert_eq!(system.resolve("/parent").unwrap(), found);
    assert_eq!((found.downcast::<Other>(), found.downcast::<Parent>()), (None, Some(named.clone())));
    assert_eq!(system.resolve(child.path()).unwrap(), (&child).into());
    assert_eq!(system.resolve(anonymous.path()).unwrap().type_name(), "Other");

    let supervisor = actors::Supervisor::one_for_one().child(actors::ChildSpec::new("second", || Other));
    let supervisor = supervisor.start(&system).await.unwrap();
    let supervised = supervisor.child::<ActorRef<Other>>("second").unwrap();
    assert_eq!(system.resolve(supervised.path()).unwrap(), (&supervised).into(), "a label that is no name");

    let label = child.path().to_string().rsplit('/').next().unwrap().to_owned();
    for absent in ["nobody", "/nobody", "/nobody/parent", "/", "", &label, &format!("/{label}"), "/Other#99"]
    {
        let error = system.resolve(absent).unwrap_err();
        assert!(matches!(error, LookupError::NotFound { .. }), "{error}");
    }
    let path = anonymous.path();
    anonymous.kill();
    anonymous.wait().await;
    assert_eq!(system.resolve(&path).unwrap_err().to_string(), format!("no actor is at {path}"));
}

#[tokio::test]
async fn the_names_of_running_actors_are_listed() {
    let system = ActorSystem::new();
    let _b = system.actor(Scribe::default).name("b").start().await.unwrap();
    let a = system.actor(Other::default).name("a").start().await.unwrap();
    let _anonymous = system.spawn(Other);
    assert_eq!(system.names(), ["a", "b"]);
    a.kill();
    a.wait().await;
    assert_eq!(system.names(), ["b"]);
}
