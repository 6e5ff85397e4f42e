//! `#[handlers(client = CounterAdmin)]` and `#[handler(message = PutIn, remote = "counter.add/1", fallible, plain)]`.

use proc_macro2::TokenStream;
use syn::parse::ParseStream;
use syn::{Attribute, Ident, LitStr, Result};

use crate::errors::Errors;
use crate::grammar;
use crate::kind::KindChoice;
use crate::options::{self, Options};

/// Reads the options of the block: the name of the client trait, where one is given.
pub(crate) fn client(arguments: TokenStream, errors: &mut Errors) -> Option<Ident> {
    let mut client = None;
    Options::new(&["client"]).read(arguments, errors, |key, input| {
        client = Some(options::value(key, input)?);
        Ok(())
    });
    client
}

/// What `#[handler(…)]` may say.
#[derive(Default)]
pub(crate) struct HandlerAttr {
    /// The name of the message.
    pub(crate) message: Option<Ident>,
    /// The name between nodes.
    pub(crate) remote: Option<LitStr>,
    /// `fallible` or `plain`.
    pub(crate) kind: KindChoice,
}

impl HandlerAttr {
    /// Reads the attribute of one method.
    pub(crate) fn read(attribute: &Attribute, errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let mut options = Options::new(&["message", "remote", "fallible", "plain"]);
        options.read_attribute(attribute, errors, |key, input| read.take(key, input));
        read
    }

    fn take(&mut self, key: &Ident, input: ParseStream) -> Result<()> {
        match key.to_string().as_str() {
            "message" => self.message = Some(options::value(key, input)?),
            "remote" => self.remote = Some(options::text(key, input, grammar::wire_name)?),
            _ => {
                options::flag(key, input)?;
                self.kind.choose(key)?;
            }
        }
        Ok(())
    }
}

/// Whether this is `#[handler]`, by whatever path.
pub(crate) fn is_handler(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "handler")
}
