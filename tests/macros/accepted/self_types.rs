//! `Self` in a signature means the actor, also in the message.

use actors::prelude::*;

#[derive(Actor, Clone, Default)]
struct Shape {
    points: [u8; 2],
}

trait Parts {
    type Part;
}

impl Parts for Shape {
    type Part = u8;
}

#[handlers]
impl Shape {
    const POINTS: usize = 2;

    #[handler]
    fn copy_from(&mut self, other: Self) -> Self {
        std::mem::replace(self, other)
    }

    #[handler]
    fn points(&self, which: Option<(u8, Vec<Self>)>) -> [u8; Self::POINTS] {
        let _ = which;
        self.points
    }

    #[handler]
    fn part(&self, part: <Self as Parts>::Part) -> Result<Self, String> {
        Err(part.to_string())
    }

    #[handler]
    fn later(&mut self, reply: ReplyTo<Vec<Self>>) {
        reply.send(vec![self.clone()]);
    }
}

#[derive(Actor)]
struct Store<T>(T);

#[handlers(client = NumberStore)]
impl Store<u64> {
    #[handler]
    fn swap(&mut self, with: Self) -> u64 {
        std::mem::replace(&mut self.0, with.0)
    }
}

async fn client(shape: ActorRef<Shape>, store: ActorRef<Store<u64>>) -> actors::Result<()> {
    let shape_back: Shape = shape.copy_from(Shape::default()).await?;
    let _: [u8; 2] = shape.ask(Points { which: Some((1, vec![shape_back])) }).await?;
    let _: Shape = shape.part(1).await?;
    let _: Vec<Shape> = shape.later().await?;
    let _: u64 = store.swap(Store(1)).await?;
    Ok(())
}

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    let failed = client(system.spawn(Shape::default()), system.spawn(Store(7))).await;
    assert_eq!(failed.map_err(|error| error.to_string()), Err("1".to_string()));
    Ok(())
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
