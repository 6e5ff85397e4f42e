//! Trees of every kind of child, with parameters, raw names and expressions that move what they are given.

#![deny(warnings)]
#![allow(missing_docs)]

use std::sync::Arc;

use actors::prelude::*;

#[derive(Clone)]
pub struct Config {
    path: String,
}

#[derive(Actor)]
pub struct Db {
    config: Config,
}

#[derive(Actor)]
pub struct Index(ActorRef<Db>, String);

impl Index {
    fn new(db: &ActorRef<Db>, label: String) -> Result<Self, std::fmt::Error> {
        Ok(Self(db.clone(), label))
    }
}

fn on_error(_: &ActorError) -> Directive {
    Directive::Restart
}

#[derive(Supervisor)]
#[supervisor(strategy = one_for_all, intensity = 3, within = "1m", auto_shutdown = all_significant, name = "shop")]
#[supervisor(decide = on_error)]
pub struct Shop {
    config: Config,
    r#type: Arc<str>,
    #[child(start = Db { config }, name = "db", id = "database", restart = transient, significant, shutdown = "0s")]
    db: ActorRef<Db>,
    #[child(start = Index::new(&db, format!("{db:?} {}", r#type)), decide = |_| Directive::Stop)]
    r#match: ActorRef<Index>,
    #[child(dynamic, restart = temporary, shutdown = kill, intensity = 0)]
    pub(crate) pool: Children<Db>,
    #[child(tree = Supervisor::rest_for_one().child(ChildSpec::new("x", move || Db { config: config.clone() })))]
    inner: SupervisorRef,
    #[child(tree = Empty::tree())]
    empty: SupervisorRef,
}

#[derive(Supervisor)]
struct Empty {}

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    let config = Config { path: "p".to_owned() };
    let shop: Running<Shop> = Shop::start(&system, config, "t".into()).await?;
    let _ = (&shop.db, &shop.r#match, &shop.pool, &shop.inner, &shop.empty, &shop.config.path, &shop.r#type);
    assert_eq!(shop.supervisor().count_children().await?.active, 5);
    let empty = Empty::start(&system).await?;
    let Empty {} = &*empty;
    Ok(())
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
