// Borrowed arguments of other types, on their own and inside.

use actors::prelude::*;

#[derive(Actor)]
struct Desk;

#[handlers]
impl Desk {
    #[handler]
    fn sum(
        &mut self,
        _numbers: &[u64],
        _total: &mut u64,
        _first: Option<&str>,
        _text: std::borrow::Cow<'_, str>,
    ) {
    }
}

fn main() {}
