//! `#[event(topic = "orders.placed", key = order_id, remote = "orders.placed/1")]`.

use syn::parse::ParseStream;
use syn::{Attribute, Ident, LitStr, Member, Result};

use crate::errors::Errors;
use crate::grammar;
use crate::options::{self, Options};

/// What the attribute may say.
#[derive(Default)]
pub(crate) struct EventAttr {
    /// Where the event is published.
    pub(crate) topic: Option<LitStr>,
    /// The field whose value keeps events of one kind in order.
    pub(crate) key: Option<Member>,
    /// The name between nodes.
    pub(crate) remote: Option<LitStr>,
}

impl EventAttr {
    /// Reads every `#[event(…)]` of the item; a topic is required.
    pub(crate) fn read(event: &Ident, attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let mut topic_given = false;
        let mut options = Options::new(&["topic", "key", "remote"]);
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("event")) {
            options.read_attribute(attribute, errors, |key, input| {
                topic_given |= key == "topic";
                read.take(key, input)
            });
        }
        if !topic_given {
            errors.at(event, "an event needs a topic: `#[event(topic = \"orders.placed\")]`");
        }
        read
    }

    fn take(&mut self, key: &Ident, input: ParseStream) -> Result<()> {
        match key.to_string().as_str() {
            "topic" => self.topic = Some(options::text(key, input, grammar::topic)?),
            "remote" => self.remote = Some(options::text(key, input, grammar::wire_name)?),
            _ => self.key = Some(options::value(key, input)?),
        }
        Ok(())
    }
}
