//! `#[supervisor(strategy = rest_for_one, intensity = 3, within = "5s", auto_shutdown = any_significant)]`.

use std::time::Duration;

use syn::parse::ParseStream;
use syn::{Attribute, Expr, Ident, LitInt, LitStr, Result};

use super::duration;
use crate::errors::Errors;
use crate::grammar;
use crate::options::{self, Options};

/// What the attribute of the struct may say.
#[derive(Default)]
pub(super) struct SupervisorAttr {
    pub(super) strategy: Option<Ident>,
    pub(super) intensity: Option<LitInt>,
    pub(super) within: Option<Duration>,
    pub(super) auto_shutdown: Option<Ident>,
    pub(super) name: Option<LitStr>,
    pub(super) decide: Option<Expr>,
}

impl SupervisorAttr {
    /// Reads every `#[supervisor(…)]` of the struct.
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let mut options =
            Options::new(&["strategy", "intensity", "within", "auto_shutdown", "name", "decide"]);
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("supervisor")) {
            options.read_attribute(attribute, errors, |key, input| read.take(key, input));
        }
        read
    }

    /// Whether it ends because of significant children.
    pub(super) fn ends_by_itself(&self) -> bool {
        self.auto_shutdown.as_ref().is_some_and(|word| word != "never")
    }

    fn take(&mut self, key: &Ident, input: ParseStream) -> Result<()> {
        match key.to_string().as_str() {
            "strategy" => {
                let known = ["one_for_one", "one_for_all", "rest_for_one"];
                self.strategy = Some(options::word(key, input, &known)?);
            }
            "intensity" => {
                let number: LitInt = options::value(key, input)?;
                number.base10_parse::<u32>()?;
                self.intensity = Some(number);
            }
            "within" => self.within = Some(length(key, input, duration::positive)?),
            "auto_shutdown" => {
                let known = ["never", "any_significant", "all_significant"];
                self.auto_shutdown = Some(options::word(key, input, &known)?);
            }
            "name" => self.name = Some(options::text(key, input, grammar::actor_name)?),
            _ => self.decide = Some(options::value(key, input)?),
        }
        Ok(())
    }
}

/// Reads `= "text"` as something made of lengths of time.
pub(super) fn length<T>(
    key: &Ident,
    input: ParseStream,
    read: fn(&str) -> std::result::Result<T, String>,
) -> Result<T> {
    let text = options::text(key, input, |_| Ok(()))?;
    read(&text.value()).map_err(|message| syn::Error::new(text.span(), message))
}
