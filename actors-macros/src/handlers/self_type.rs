//! Replaces `Self`, which means nothing in the message struct.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Type;

/// The tokens of a type with the actor's in place of `Self`.
pub(crate) fn replaced(ty: &Type, actor: &Type) -> TokenStream {
    replace(ty.to_token_stream(), &actor.to_token_stream())
}

fn replace(tokens: TokenStream, actor: &TokenStream) -> TokenStream {
    let mut replaced = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "Self" => {
                let path_follows =
                    matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
                // `Counter<u8>::LEN` is no expression; `<Counter<u8>>::LEN` is, and a type as well.
                replaced.extend(if path_follows { quote!(<#actor>) } else { actor.clone() });
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace(group.stream(), actor));
                inner.set_span(group.span());
                replaced.extend([TokenTree::Group(inner)]);
            }
            other => replaced.extend([other]),
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn self_is_replaced_at_any_depth() {
        let actor: Type = parse_quote!(shop::Counter<u8>);
        let cases: [(Type, Type); 4] = [
            (parse_quote!(Self), parse_quote!(shop::Counter<u8>)),
            (parse_quote!(Option<(u8, Self)>), parse_quote!(Option<(u8, shop::Counter<u8>)>)),
            (parse_quote!([u8; Self::LEN]), parse_quote!([u8; <shop::Counter<u8>>::LEN])),
            (parse_quote!(Selfish), parse_quote!(Selfish)),
        ];
        for (written, expected) in cases {
            assert_eq!(replaced(&written, &actor).to_string(), expected.to_token_stream().to_string());
        }
    }
}
