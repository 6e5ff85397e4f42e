//! The generics of a derived implementation: what is derived owns all it holds.

use syn::{GenericParam, Generics, parse_quote};

use crate::errors::Errors;

/// Copies the generics with `Send + 'static` on each type parameter, and refuses lifetimes.
pub(crate) fn owned(generics: &Generics, what: &str, errors: &mut Errors) -> Generics {
    let mut owned = generics.clone();
    for parameter in &mut owned.params {
        match parameter {
            GenericParam::Lifetime(lifetime) => {
                errors.at(
                    &lifetime.lifetime,
                    format_args!("{what} owns what it holds: it has no lifetime parameters"),
                );
            }
            GenericParam::Type(parameter) => {
                parameter.bounds.push(parse_quote!(::core::marker::Send));
                parameter.bounds.push(parse_quote!('static));
            }
            GenericParam::Const(_) => {}
        }
    }
    owned
}
