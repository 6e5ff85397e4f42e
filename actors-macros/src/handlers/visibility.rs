//! How far the client trait is visible.

use syn::Visibility;

/// The widest visibility among the methods'.
pub(crate) fn widest<'a>(all: impl Iterator<Item = &'a Visibility>) -> Visibility {
    all.max_by_key(|visibility| width(visibility)).cloned().unwrap_or(Visibility::Inherited)
}

/// Orders visibilities. Of two paths the shorter one is taken for the outer module.
fn width(visibility: &Visibility) -> (u8, usize) {
    match visibility {
        Visibility::Inherited => (0, 0),
        Visibility::Restricted(scope) if scope.path.is_ident("self") => (0, 0),
        Visibility::Restricted(scope) if scope.path.is_ident("super") => (1, 0),
        Visibility::Restricted(scope) if scope.path.is_ident("crate") => (3, 0),
        Visibility::Restricted(scope) => (2, usize::MAX - scope.path.segments.len()),
        Visibility::Public(_) => (4, 0),
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;
    use syn::parse_quote;

    use super::*;

    #[test]
    fn the_widest_wins() {
        let ascending: [Visibility; 6] = [
            parse_quote!(),
            parse_quote!(pub(super)),
            parse_quote!(pub(in crate::a::b)),
            parse_quote!(pub(in crate::a)),
            parse_quote!(pub(crate)),
            parse_quote!(pub),
        ];
        for end in 1..=ascending.len() {
            let widest = widest(ascending[..end].iter().rev()).to_token_stream().to_string();
            assert_eq!(widest, ascending[end - 1].to_token_stream().to_string());
        }
    }
}
