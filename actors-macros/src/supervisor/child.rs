//! `#[child(start = Catalog::open(path.clone()), restart = permanent, shutdown = "5s")]`.

use std::time::Duration;

use proc_macro2::TokenTree;
use syn::parse::ParseStream;
use syn::{Attribute, Expr, Ident, LitStr, Result};

use super::attr::length;
use super::duration;
use crate::errors::Errors;
use crate::grammar;
use crate::options::{self, Options};

/// What the attribute of a field may say.
#[derive(Default)]
pub(super) struct ChildAttr {
    /// The option that says what kind of child it is, for errors.
    pub(super) source: Option<(Ident, Source)>,
    pub(super) id: Option<LitStr>,
    pub(super) restart: Option<Ident>,
    pub(super) shutdown: Option<Shutdown>,
    pub(super) backoff: Option<(Duration, Duration)>,
    pub(super) significant: Option<Ident>,
    pub(super) name: Option<LitStr>,
    pub(super) decide: Option<Expr>,
    pub(super) intensity: Option<(syn::LitInt, Ident)>,
    pub(super) within: Option<(Duration, Ident)>,
}

/// What makes the child.
pub(super) enum Source {
    /// An expression for the state of an actor.
    Start(Expr),
    /// An expression for a supervisor's builder.
    Tree(Expr),
    /// Children come at run time.
    Dynamic,
}

/// How the child is ended.
pub(super) enum Shutdown {
    Kill,
    Infinity,
    Timeout(Duration),
}

const KEYS: &[&str] = &[
    "start",
    "tree",
    "dynamic",
    "id",
    "restart",
    "shutdown",
    "backoff",
    "significant",
    "name",
    "decide",
    "intensity",
    "within",
];

impl ChildAttr {
    /// Reads every `#[child(…)]` of a field; `None` if it has none.
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Option<Self> {
        let mut read = Self::default();
        let mut options = Options::new(KEYS);
        let mut is_child = false;
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("child")) {
            is_child = true;
            let mut clashes = Errors::default();
            options.read_attribute(attribute, errors, |key, input| read.take(key, input, &mut clashes));
            if let Err(error) = clashes.into_result() {
                errors.add(error);
            }
        }
        is_child.then_some(read)
    }

    fn take(&mut self, key: &Ident, input: ParseStream, clashes: &mut Errors) -> Result<()> {
        match key.to_string().as_str() {
            "start" => {
                let start = Source::Start(options::value(key, input)?);
                self.set_source(key, start, clashes);
            }
            "tree" => {
                let tree = Source::Tree(options::value(key, input)?);
                self.set_source(key, tree, clashes);
            }
            "dynamic" => {
                options::flag(key, input)?;
                self.set_source(key, Source::Dynamic, clashes);
            }
            "id" => self.id = Some(options::text(key, input, grammar::actor_name)?),
            "restart" => {
                self.restart = Some(options::word(key, input, &["permanent", "transient", "temporary"])?);
            }
            "shutdown" => self.shutdown = Some(shutdown(key, input)?),
            "backoff" => self.backoff = Some(length(key, input, duration::range)?),
            "significant" => {
                options::flag(key, input)?;
                self.significant = Some(key.clone());
            }
            "name" => self.name = Some(options::text(key, input, grammar::actor_name)?),
            "decide" => self.decide = Some(options::value(key, input)?),
            "intensity" => {
                let number: syn::LitInt = options::value(key, input)?;
                number.base10_parse::<u32>()?;
                self.intensity = Some((number, key.clone()));
            }
            _ => self.within = Some((length(key, input, duration::positive)?, key.clone())),
        }
        Ok(())
    }

    fn set_source(&mut self, key: &Ident, source: Source, clashes: &mut Errors) {
        match &self.source {
            Some((first, _)) => {
                clashes.at(key, format_args!("a child has `{first}` or `{key}`, not both"));
            }
            None => self.source = Some((key.clone(), source)),
        }
    }
}

fn shutdown(key: &Ident, input: ParseStream) -> Result<Shutdown> {
    let ahead = input.fork();
    match options::value::<TokenTree>(key, &ahead)? {
        TokenTree::Ident(_) => {
            let word = options::word(key, input, &["kill", "infinity"])?;
            Ok(if word == "kill" { Shutdown::Kill } else { Shutdown::Infinity })
        }
        TokenTree::Literal(_) => length(key, input, duration::duration).map(Shutdown::Timeout),
        other => Err(syn::Error::new(
            other.span(),
            "`shutdown` takes a length of time such as \"5s\", `kill` or `infinity`",
        )),
    }
}
