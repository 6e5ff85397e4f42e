//! Blocks in a function, for a type by its path, and written by another macro.

#![deny(warnings)]

use actors::prelude::*;

mod inner {
    #[derive(actors::Actor, Default)]
    pub(crate) struct Lamp {
        pub(crate) on: bool,
    }
}

#[actors::handlers]
impl inner::Lamp {
    #[actors::handler]
    pub(crate) fn switch(&mut self, on: bool, ctx: &mut actors::Context<inner::Lamp>) -> bool {
        let _ = ctx.myself();
        std::mem::replace(&mut self.on, on)
    }
}

macro_rules! register {
    ($vis:vis $actor:ident, $set:ident, $get:ident, $value:ty) => {
        #[derive(Actor)]
        $vis struct $actor($value);

        #[handlers]
        impl $actor {
            #[handler]
            $vis fn $set(&mut self, to: $value, context: u8) -> Result<$value, String> {
                let message = u16::from(context);
                if message > 0 { Ok(std::mem::replace(&mut self.0, to)) } else { Err("no".to_string()) }
            }

            #[handler]
            $vis async fn $get(&self) -> $value {
                self.0
            }
        }
    };
}

register!(pub(crate) Wide, set_wide, get_wide, u64);
register!(Narrow, set_narrow, get_narrow, u8);

#[actors::main]
async fn main(system: ActorSystem) -> actors::Result<()> {
    #[derive(Actor)]
    struct Local;

    #[handlers]
    impl Local {
        #[handler]
        fn answer(&self) -> u8 {
            42
        }
    }

    assert_eq!(system.spawn(Local).answer().await?, 42);

    let lamp = system.spawn(inner::Lamp::default());
    assert!(!lamp.switch(true).await?);
    assert!(lamp.switch(false).await?);

    let (wide, narrow) = (system.spawn(Wide(1)), system.spawn(Narrow(2)));
    assert_eq!((wide.set_wide(3, 1).await?, narrow.set_narrow(4, 1).await?), (1, 2));
    assert_eq!((wide.get_wide().await?, narrow.get_narrow().await?), (3, 4));
    Ok(())
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
