//! The generics of a derived implementation: what is derived owns all it holds.

use syn::{GenericParam, Generics, Ident, Type, TypeParamBound, WherePredicate, parse_quote};

use crate::errors::Errors;

/// Traits of this library that have `Send` in them.
const SEND: [&str; 6] = ["Actor", "Event", "Handler", "Message", "Responder", "StateMachine"];

/// Copies the generics with `'static` on each type parameter, and `Send` if none of its bounds says so by a trait of this
/// library; refuses lifetimes.
///
/// `P: Send` beside `P: Actor` would be more than superfluous. It has the compiler look into the fields of what is `P`, and if
/// that refers back, it never comes to an end; where `P: Actor` it takes the other implementation at its word.
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
                if !parameter.bounds.iter().chain(bounds_of(&parameter.ident, generics)).any(is_send) {
                    parameter.bounds.push(parse_quote!(::core::marker::Send));
                }
                parameter.bounds.push(parse_quote!('static));
            }
            GenericParam::Const(_) => {}
        }
    }
    owned
}

/// The bounds of a parameter in the `where` clause.
fn bounds_of<'a>(parameter: &Ident, generics: &'a Generics) -> impl Iterator<Item = &'a TypeParamBound> {
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let of_it = predicates.filter_map(move |predicate| match predicate {
        WherePredicate::Type(bounded) if is_parameter(&bounded.bounded_ty, parameter) => {
            Some(&bounded.bounds)
        }
        _ => None,
    });
    of_it.flatten()
}

fn is_parameter(bounded: &Type, parameter: &Ident) -> bool {
    matches!(bounded, Type::Path(path) if path.path.is_ident(parameter))
}

fn is_send(bound: &TypeParamBound) -> bool {
    let TypeParamBound::Trait(bound) = bound else { return false };
    bound.path.segments.last().is_some_and(|last| SEND.iter().any(|name| last.ident == name))
}
