//! The programs of the chapter on supervision.

use std::io;
use std::time::Duration;

use actors::prelude::*;
use actors::testkit::TestSystem;

#[derive(Actor)]
struct Catalog;

#[derive(Actor)]
struct Payments {
    _catalog: ActorRef<Catalog>,
}

#[derive(Actor)]
struct Mailer;

#[derive(Actor)]
struct OrderFlow {
    order: u64,
}

#[derive(Clone)]
struct Config {
    path: String,
}

impl Catalog {
    fn open(path: &str) -> io::Result<Self> {
        if path.is_empty() { Err(io::Error::other("no path")) } else { Ok(Self) }
    }
}

#[handlers]
impl Catalog {
    #[handler]
    fn tear(&mut self) {
        panic!("torn");
    }
}

#[handlers]
impl Mailer {
    #[handler]
    fn post(&mut self, address: String, ctx: &mut Context<Self>) {
        if address.is_empty() {
            ctx.fail(io::Error::from(io::ErrorKind::InvalidInput));
        }
    }
}

#[handlers]
impl OrderFlow {
    #[handler]
    fn order(&self) -> u64 {
        self.order
    }
}

// ANCHOR: derive
#[derive(Supervisor)]
#[supervisor(strategy = rest_for_one, intensity = 3, within = "5s")]
struct Shop {
    config: Config,
    #[child(start = Catalog::open(&config.path))]
    catalog: ActorRef<Catalog>,
    #[child(start = Payments { _catalog: catalog.clone() }, restart = transient, backoff = "100ms..10s")]
    payments: ActorRef<Payments>,
    #[child(tree = Office::tree(), shutdown = "30s")]
    office: SupervisorRef,
    #[child(dynamic, restart = temporary)]
    orders: Children<OrderFlow>,
}

#[derive(Supervisor)]
struct Office {
    #[child(start = Mailer, decide = on_mail_error)]
    mailer: ActorRef<Mailer>,
}
// ANCHOR_END: derive

// ANCHOR: decide
/// A letter that cannot be sent is no reason to lose the state.
fn on_mail_error(error: &ActorError) -> Directive {
    match error.downcast_ref::<io::Error>() {
        Some(error) if error.kind() == io::ErrorKind::InvalidInput => Directive::Resume,
        _ => Directive::Restart,
    }
}
// ANCHOR_END: decide

#[tokio::test(start_paused = true)]
async fn a_family_by_derive() -> actors::Result<()> {
    let system = TestSystem::new();
    let config = Config { path: "catalog.csv".to_owned() };
    // ANCHOR: start
    let shop: Running<Shop> = Shop::start(&system, config).await?;
    let order: ActorRef<OrderFlow> = shop.orders.spawn(|| OrderFlow { order: 7 }).await?;
    assert_eq!(order.order().await?, 7);
    let mailer: ActorRef<Mailer> = shop.office.child("mailer")?;
    mailer.post("ada@example.org".to_owned()).await?;
    // ANCHOR_END: start
    let office = Office::start(&system).await?; // a supervisor that is nested elsewhere can run alone, too
    office.mailer.post("ada@example.org".to_owned()).await?;
    office.supervisor().shutdown().await;
    mailer.post(String::new()).tell().await?;
    mailer.post("ada@example.org".to_owned()).await?;
    assert_eq!(system.restarts(), 0, "it was resumed");

    // ANCHOR: crash
    shop.catalog.tear().tell().await?;
    let end = order.wait().await; // dynamic children do not come back with their supervisor
    assert!(matches!(end, ExitReason::Shutdown));
    mailer.post("ada@example.org".to_owned()).await?; // restarted in place: the reference is still good
    // ANCHOR_END: crash
    assert!(shop.payments.is_alive() && !shop.config.path.is_empty());
    shop.supervisor().shutdown().await;
    system.finish().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_family_by_hand() -> actors::Result<()> {
    let system = TestSystem::new();
    // ANCHOR: by_hand
    let office = Supervisor::one_for_one().child(ChildSpec::new("mailer", || Mailer).decide(on_mail_error));
    let shop: SupervisorRef = Supervisor::rest_for_one()
        .intensity(3, Duration::from_secs(5))
        .child(ChildSpec::new("catalog", || Catalog::open("catalog.csv")))
        .child(
            ChildSpec::with_siblings("payments", |siblings| {
                Ok::<_, ChildError>(Payments { _catalog: siblings.get("catalog")? })
            })
            .restart(Restart::transient())
            .backoff(Backoff::exponential(Duration::from_millis(100), Duration::from_secs(10))),
        )
        .child(
            ChildSpec::supervisor("office", office)
                .shutdown(ShutdownPolicy::Timeout(Duration::from_secs(30))),
        )
        .child(ChildSpec::supervisor("orders", Supervisor::dynamic().restart(Restart::temporary())))
        .start(&system)
        .await?;
    let catalog: ActorRef<Catalog> = shop.child("catalog")?;
    let orders: Children<OrderFlow> = shop.child("orders")?;
    // ANCHOR_END: by_hand
    assert!(catalog.is_alive() && orders.supervisor().is_alive());

    // ANCHOR: management
    shop.terminate_child("payments").await?;
    shop.restart_child("payments").await?;
    shop.start_child(ChildSpec::new("mailer", || Mailer)).await?;
    for child in shop.which_children().await? {
        println!("{} is {:?}", child.id, child.state);
    }
    shop.terminate_child("mailer").await?;
    shop.delete_child("mailer").await?;
    let ChildCounts { specs, active, supervisors, workers } = shop.count_children().await?;
    assert_eq!((specs, active, supervisors, workers), (4, 4, 2, 2));
    // ANCHOR_END: management
    shop.shutdown().await;
    system.finish().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_pool_of_children() -> actors::Result<()> {
    let system = TestSystem::new();
    // ANCHOR: dynamic
    let orders: Children<OrderFlow> = Supervisor::dynamic()
        .restart(Restart::transient())
        .intensity(10, Duration::from_secs(60))
        .start(&system)
        .await?;
    for order in 1..=3 {
        orders.spawn(move || OrderFlow { order }).await?;
    }
    let youngest = orders.actors().await?.remove(0);
    assert_eq!(youngest.order().await?, 3);
    orders.terminate(&youngest).await?;
    // ANCHOR_END: dynamic
    orders.supervisor().shutdown().await;
    system.finish().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_start_that_fails_names_the_child() {
    let system = TestSystem::new();
    // ANCHOR: failed
    let config = Config { path: String::new() };
    let error = Shop::start(&system, config).await.expect_err("there is no path");
    assert_eq!(error.to_string(), "the child \"catalog\" did not start: failed: no path");
    // ANCHOR_END: failed
    system.finish().await;
}

// ANCHOR: escalated
/// What `main` returns becomes the exit code: a program whose supervisor has given up should not look healthy.
async fn serve(system: &ActorSystem) -> actors::Result<()> {
    tokio::select! {
        () = system.terminated() => Ok(()),
        report = system.escalated() => Err(ActorError::msg(report)),
    }
}
// ANCHOR_END: escalated

#[tokio::test(start_paused = true)]
async fn an_escalation_ends_main() -> actors::Result<()> {
    let system = TestSystem::new();
    let shop = Supervisor::one_for_one()
        .intensity(0, Duration::from_secs(5))
        .name("shop")
        .child(ChildSpec::new("catalog", || Catalog))
        .start(&system)
        .await?;
    shop.child::<ActorRef<Catalog>>("catalog")?.tear().tell().await?;
    let error = serve(&system).await.expect_err("the shop gave up");
    assert!(error.to_string().starts_with("/shop and everything below it ends"), "{error}");
    system.finish().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_job_ends_the_family() -> actors::Result<()> {
    let system = TestSystem::new();
    // ANCHOR: significant
    let job = Supervisor::one_for_one()
        .auto_shutdown(AutoShutdown::AnySignificant)
        .child(ChildSpec::new("helper", || Mailer))
        .child(
            ChildSpec::new("job", || OrderFlow { order: 1 }).restart(Restart::transient()).significant(true),
        )
        .start(&system)
        .await?;
    job.child::<ActorRef<OrderFlow>>("job")?.stop(); // it is done, so the helper is not needed any more
    assert!(matches!(job.wait().await, ExitReason::Shutdown));
    // ANCHOR_END: significant
    system.finish().await;
    Ok(())
}
