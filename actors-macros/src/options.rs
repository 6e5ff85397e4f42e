//! Lists such as `name = "db", mailbox = 256`: the one grammar of every attribute here.

use std::fmt::Write as _;

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Error, Ident, LitStr, Meta, Result, Token};

use crate::errors::Errors;

/// Reads `key` and `key = value` entries, each key known and given once.
pub(crate) struct Options {
    allowed: &'static [&'static str],
    seen: Vec<String>,
}

impl Options {
    /// A list that takes these keys.
    pub(crate) fn new(allowed: &'static [&'static str]) -> Self {
        Self { allowed, seen: Vec::new() }
    }

    /// Reads the list in an attribute; `take` gets each key and stands before its value.
    pub(crate) fn read_attribute(
        &mut self,
        attribute: &Attribute,
        errors: &mut Errors,
        take: impl FnMut(&Ident, ParseStream) -> Result<()>,
    ) {
        match &attribute.meta {
            Meta::Path(_) => {}
            Meta::List(list) => self.read(list.tokens.clone(), errors, take),
            Meta::NameValue(_) => errors.at(&attribute.meta, "options go in parentheses: `(key = value)`"),
        }
    }

    /// Reads a bare list. An entry that is wrong is reported and the next one is read.
    pub(crate) fn read(
        &mut self,
        tokens: TokenStream,
        errors: &mut Errors,
        mut take: impl FnMut(&Ident, ParseStream) -> Result<()>,
    ) {
        let list = |input: ParseStream| {
            while !input.is_empty() {
                if let Err(error) = self.entry(input, &mut take) {
                    errors.add(error);
                }
                skip_past_comma(input)?;
            }
            Ok(())
        };
        if let Err(error) = list.parse2(tokens) {
            errors.add(error);
        }
    }

    fn entry(
        &mut self,
        input: ParseStream,
        take: &mut impl FnMut(&Ident, ParseStream) -> Result<()>,
    ) -> Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format_args!("expected {}", one_of(self.allowed))));
        }
        let key = input.call(Ident::parse_any)?;
        let name = key.to_string();
        if !self.allowed.contains(&name.as_str()) {
            return Err(Error::new(
                key.span(),
                format!("unknown option `{name}`: expected {}", one_of(self.allowed)),
            ));
        }
        if self.seen.contains(&name) {
            return Err(Error::new(key.span(), format!("`{name}` is given twice")));
        }
        self.seen.push(name);
        take(&key, input)?;
        if input.is_empty() || input.peek(Token![,]) { Ok(()) } else { Err(input.error("expected `,`")) }
    }
}

/// Reads `= value`.
pub(crate) fn value<T: Parse>(key: &Ident, input: ParseStream) -> Result<T> {
    if !input.peek(Token![=]) {
        return Err(Error::new(key.span(), format!("`{key}` needs a value: `{key} = …`")));
    }
    let equals = input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new_spanned(equals, format!("`{key}` needs a value: `{key} = …`")));
    }
    input.parse()
}

/// Reads `= "text"` and holds the text against a grammar.
pub(crate) fn text(
    key: &Ident,
    input: ParseStream,
    check: fn(&str) -> std::result::Result<(), String>,
) -> Result<LitStr> {
    let token: TokenTree = value(key, input)?;
    let literal: LitStr = syn::parse2(token.clone().into())
        .map_err(|_| Error::new(token.span(), format!("`{key}` takes a string: `{key} = \"…\"`")))?;
    check(&literal.value()).map_err(|message| Error::new(literal.span(), message))?;
    Ok(literal)
}

/// Reads `= word`, one of a few.
pub(crate) fn word(key: &Ident, input: ParseStream, allowed: &[&str]) -> Result<Ident> {
    let token: TokenTree = value(key, input)?;
    match token {
        TokenTree::Ident(word) if allowed.iter().any(|known| word == known) => Ok(word),
        other => Err(Error::new(other.span(), format!("`{key}` takes {}", one_of(allowed)))),
    }
}

/// Makes sure that a key stands alone.
pub(crate) fn flag(key: &Ident, input: ParseStream) -> Result<()> {
    if input.peek(Token![=]) { Err(input.error(format_args!("`{key}` takes no value"))) } else { Ok(()) }
}

/// Lists words for an error text: `` `a`, `b` or `c` ``.
pub(crate) fn one_of(words: &[&str]) -> String {
    let mut list = String::new();
    for (index, word) in words.iter().enumerate() {
        let separator = match index {
            0 => "",
            _ if index + 1 == words.len() => " or ",
            _ => ", ",
        };
        let _ = write!(list, "{separator}`{word}`");
    }
    list
}

/// Moves behind the next comma that is not inside `<…>`.
fn skip_past_comma(input: ParseStream) -> Result<()> {
    let mut depth = 0_usize;
    let mut arrow = false;
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let TokenTree::Punct(punct) = &token else { continue };
        match punct.as_char() {
            ',' if depth == 0 => return Ok(()),
            '<' => depth += 1,
            '>' if !arrow => depth = depth.saturating_sub(1),
            _ => {}
        }
        arrow = punct.as_char() == '-' && punct.spacing() == Spacing::Joint;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn messages(tokens: TokenStream) -> Vec<String> {
        let mut errors = Errors::default();
        Options::new(&["name", "reply", "plain"]).read(tokens, &mut errors, |key, input| {
            match key.to_string().as_str() {
                "name" => text(key, input, |_| Ok(())).map(drop),
                "reply" => value::<syn::Type>(key, input).map(drop),
                _ => flag(key, input),
            }
        });
        let found = errors.into_result().err();
        found.into_iter().flatten().map(|error| error.to_string()).collect()
    }

    #[test]
    fn accepts_what_is_allowed() {
        assert!(messages(quote!()).is_empty());
        assert!(messages(quote!(name = "a", reply = Result<u8, E>, plain,)).is_empty());
    }

    #[test]
    fn reports_every_wrong_entry() {
        let found = messages(quote!(names = Map<A, B>, name = 3, plain = 1, plain, reply));
        assert_eq!(
            found,
            [
                "unknown option `names`: expected `name`, `reply` or `plain`",
                "`name` takes a string: `name = \"…\"`",
                "`plain` takes no value",
                "`plain` is given twice",
                "`reply` needs a value: `reply = …`",
            ]
        );
    }

    #[test]
    fn arrows_do_not_close_angle_brackets() {
        let found = messages(quote!(names = Box<dyn Fn(u8) -> A, B>, plain));
        assert_eq!(found.len(), 1);
    }
}
