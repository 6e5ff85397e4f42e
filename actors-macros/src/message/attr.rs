//! `#[message(reply = T, remote = "counter.add/1", fallible, plain)]`.

use syn::parse::ParseStream;
use syn::{Attribute, Ident, LitStr, Result, Type};

use crate::errors::Errors;
use crate::grammar;
use crate::kind::KindChoice;
use crate::options::{self, Options};

/// What the attribute may say.
#[derive(Default)]
pub(crate) struct MessageAttr {
    /// The type of the answer; `()` where nothing is said.
    pub(crate) reply: Option<Type>,
    /// The name between nodes.
    pub(crate) remote: Option<LitStr>,
    /// `fallible` or `plain`.
    pub(crate) kind: KindChoice,
}

impl MessageAttr {
    /// Reads every `#[message(…)]` of the item.
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let mut options = Options::new(&["reply", "remote", "fallible", "plain"]);
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("message")) {
            options.read_attribute(attribute, errors, |key, input| read.take(key, input));
        }
        read
    }

    fn take(&mut self, key: &Ident, input: ParseStream) -> Result<()> {
        match key.to_string().as_str() {
            "reply" => self.reply = Some(options::value(key, input)?),
            "remote" => self.remote = Some(options::text(key, input, grammar::wire_name)?),
            _ => {
                options::flag(key, input)?;
                self.kind.choose(key)?;
            }
        }
        Ok(())
    }
}
