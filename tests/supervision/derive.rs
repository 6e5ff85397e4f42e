//! Supervisors derived from structs.

use std::sync::Arc;

use actors::prelude::*;

use crate::support::*;

#[derive(Clone)]
struct Config {
    diary: Diary,
    path: String,
}

#[derive(Actor)]
struct Catalog {
    path: String,
}

#[handlers]
impl Catalog {
    #[handler]
    fn path_of(&mut self) -> String {
        self.path.clone()
    }

    #[handler]
    fn tear(&mut self) {
        panic!("torn");
    }
}

impl Catalog {
    fn open(path: String) -> Result<Self, std::io::Error> {
        if path.is_empty() { Err(std::io::Error::other("no path")) } else { Ok(Self { path }) }
    }
}

#[derive(Actor)]
struct Payments {
    catalog: ActorRef<Catalog>,
    _pool: Children<Worker>,
}

#[handlers]
impl Payments {
    #[handler]
    async fn look_up(&mut self) -> Result<String, AskError> {
        self.catalog.path_of().await
    }
}

#[derive(Supervisor)]
#[supervisor(strategy = rest_for_one, intensity = 3, within = "5s", name = "shop")]
struct Shop {
    config: Config,
    #[child(start = Catalog::open(config.path.clone()), restart = permanent, shutdown = "5s", name = "catalog")]
    catalog: ActorRef<Catalog>,
    #[child(dynamic, restart = temporary, intensity = 10, within = "1m")]
    orders: Children<Worker>,
    #[child(
        start = Payments { catalog: catalog.clone(), _pool: orders.clone() },
        restart = transient,
        backoff = "100ms..10s"
    )]
    payments: ActorRef<Payments>,
    #[child(tree = Desk::tree(config.diary.clone()), shutdown = infinity, id = "front-desk")]
    desk: SupervisorRef,
}

#[derive(Supervisor)]
#[supervisor(auto_shutdown = any_significant)]
struct Desk {
    diary: Diary,
    #[child(start = Worker::new("clerk", &diary), restart = transient, significant, shutdown = kill)]
    clerk: ActorRef<Worker>,
}

fn config() -> Config {
    Config { diary: Diary::default(), path: "catalog.csv".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn fields_are_children_in_order_with_references() {
    let system = ActorSystem::new();
    let config = config();
    let diary = config.diary.clone();
    let shop: Running<Shop> = Shop::start(&system, config).await.unwrap();
    assert_eq!(shop.payments.look_up().await.unwrap(), "catalog.csv");
    assert_eq!(shop.config.path, "catalog.csv");
    let children = shop.supervisor().which_children().await.unwrap();
    assert_eq!(ids(&children), ["front-desk", "payments", "orders", "catalog"]);
    assert_eq!(system.lookup::<Catalog>("catalog").unwrap(), shop.catalog);
    assert_eq!(shop.catalog.path().as_str(), "/shop/catalog");
    let spec = shop.supervisor().get_child_spec("payments").await.unwrap();
    assert_eq!(spec.restart_type(), Restart::transient());

    let order = shop.orders.spawn({
        let diary = diary.clone();
        move || Worker::new("order", &diary)
    });
    let order = order.await.unwrap();
    shop.catalog.tear().tell().await.unwrap();
    assert!(
        matches!(order.wait().await, ExitReason::Shutdown),
        "the rest is restarted, dynamic children end"
    );
    assert_eq!(shop.payments.look_up().await.unwrap(), "catalog.csv");

    let clerk: ActorRef<Worker> = shop.desk.child("clerk").unwrap();
    let report = system.shutdown(seconds(5)).await;
    assert!(report.is_clean(), "{report}");
    assert!(!clerk.is_alive());
}

#[tokio::test(start_paused = true)]
async fn a_significant_field_ends_its_supervisor() {
    let system = ActorSystem::new();
    let desk = Desk::start(&system, Diary::default()).await.unwrap();
    desk.clerk.finish().await.unwrap();
    assert!(matches!(desk.supervisor().wait().await, ExitReason::Shutdown));
    assert!(desk.diary.read().contains(&"clerk starts".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn the_field_that_does_not_start_is_named() {
    let system = ActorSystem::new();
    let config = Config { path: String::new(), ..config() };
    let error = Shop::start(&system, config).await.unwrap_err();
    assert_eq!(error.to_string(), "the child \"catalog\" did not start: failed: no path");
    assert_eq!(system.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_field_that_declines_has_no_reference_so_nothing_starts() {
    struct Shy;
    impl Actor for Shy {
        async fn started(&mut self, _: &mut Context<Self>) -> Result<(), ActorError> {
            Err(ActorError::ignore())
        }
    }
    #[derive(Supervisor, Debug)]
    struct Quiet {
        #[child(start = Shy)]
        _shy: ActorRef<Shy>,
        _shared: Arc<str>,
    }
    let system = ActorSystem::new();
    let error = Quiet::start(&system, "x".into()).await.unwrap_err();
    assert!(error.to_string().contains("\"_shy\""), "{error}");
    assert_eq!(system.running(), 0);
}
