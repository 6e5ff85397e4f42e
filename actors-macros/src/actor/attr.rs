//! `#[actor(name = "db", mailbox = 256, on_full = reject, thread = dedicated)]`.

use proc_macro2::{Literal, TokenTree};
use syn::parse::ParseStream;
use syn::{Attribute, Error, Ident, LitInt, LitStr, Result};

use crate::errors::Errors;
use crate::grammar;
use crate::options::{self, Options};

/// What the attribute may say.
#[derive(Default)]
pub(crate) struct ActorAttr {
    /// The name to register under.
    pub(crate) name: Option<LitStr>,
    /// The bound of the mailbox.
    pub(crate) mailbox: Option<Bound>,
    /// The overflow policy, as written.
    pub(crate) on_full: Option<Ident>,
    /// Whether the actor has a thread of its own.
    pub(crate) dedicated: bool,
}

/// The bound of a mailbox.
pub(crate) enum Bound {
    /// At most so many messages.
    Messages(Literal),
    /// No bound.
    Unbounded,
}

impl ActorAttr {
    /// Reads every `#[actor(…)]` of the item.
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let mut options = Options::new(&["name", "mailbox", "on_full", "thread"]);
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("actor")) {
            options.read_attribute(attribute, errors, |key, input| read.take(key, input));
        }
        if let (Some(Bound::Unbounded), Some(policy)) = (&read.mailbox, &read.on_full) {
            errors.at(
                policy,
                "an unbounded mailbox is never full: leave out `on_full`, or give `mailbox` a number",
            );
        }
        read
    }

    fn take(&mut self, key: &Ident, input: ParseStream) -> Result<()> {
        match key.to_string().as_str() {
            "name" => self.name = Some(options::text(key, input, grammar::actor_name)?),
            "mailbox" => self.mailbox = Some(bound(key, input)?),
            "on_full" => {
                self.on_full =
                    Some(options::word(key, input, &["wait", "reject", "drop_newest", "drop_oldest"])?);
            }
            _ => {
                options::word(key, input, &["dedicated"])?;
                self.dedicated = true;
            }
        }
        Ok(())
    }
}

fn bound(key: &Ident, input: ParseStream) -> Result<Bound> {
    let token: TokenTree = options::value(key, input)?;
    if let TokenTree::Ident(word) = &token
        && word == "unbounded"
    {
        return Ok(Bound::Unbounded);
    }
    let number: LitInt = syn::parse2(token.clone().into())
        .map_err(|_| Error::new(token.span(), "`mailbox` takes a number of messages or `unbounded`"))?;
    match number.base10_parse::<usize>()? {
        0 => Err(Error::new(number.span(), "a mailbox holds at least one message")),
        _ => Ok(Bound::Messages(number.token())),
    }
}
