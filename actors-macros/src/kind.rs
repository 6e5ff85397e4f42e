//! Whether a reply is one value or a `Result` whose error belongs to the caller.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned as _;
use syn::{Error, Ident, Result, Type};

/// The flags `fallible` and `plain`; without either the type decides.
#[derive(Default)]
pub(crate) struct KindChoice {
    flag: Option<Ident>,
}

impl KindChoice {
    /// Takes one of the two flags.
    pub(crate) fn choose(&mut self, flag: &Ident) -> Result<()> {
        if let Some(other) = &self.flag {
            return Err(Error::new(flag.span(), format!("`{flag}` contradicts `{other}`")));
        }
        self.flag = Some(flag.clone());
        Ok(())
    }

    /// Names the marker type for a reply, on the token that decided.
    pub(crate) fn marker(&self, reply: Option<&Type>) -> TokenStream {
        let (fallible, span) = match (&self.flag, reply) {
            (Some(flag), _) => (flag == "fallible", flag.span()),
            (None, Some(reply)) => (is_result(reply), reply.span()),
            (None, None) => (false, Span::call_site()),
        };
        if fallible {
            quote_spanned!(span=> ::actors::__private::Fallible)
        } else {
            quote_spanned!(span=> ::actors::__private::Plain)
        }
    }
}

/// Whether the last segment of the type's path is `Result`.
fn is_result(reply: &Type) -> bool {
    match reply {
        Type::Group(group) => is_result(&group.elem),
        Type::Paren(paren) => is_result(&paren.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| segment.ident == "Result"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn results_are_told_by_their_last_segment() {
        let results: [Type; 4] = [
            parse_quote!(Result<u8, E>),
            parse_quote!(std::io::Result<u8>),
            parse_quote!((Result<(), E>)),
            parse_quote!(fmt::Result),
        ];
        let others: [Type; 4] = [
            parse_quote!(u8),
            parse_quote!(Option<Result<u8, E>>),
            parse_quote!((Result<u8, E>, u8)),
            parse_quote!(Result < u8, E > ::Of),
        ];
        assert!(results.iter().all(is_result));
        assert!(!others.iter().any(is_result));
    }
}
