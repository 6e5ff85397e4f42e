//! Finds what cannot travel in a message: borrowed data and types without a name.

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    Lifetime, ParenthesizedGenericArguments, TraitBound, Type, TypeFnPtr, TypeImplTrait, TypeInfer,
    TypeReference,
};

use crate::errors::Errors;

/// Reports every borrow, `impl Trait` and `_` in a type.
pub(crate) fn check(ty: &Type, what: &'static str, errors: &mut Errors) {
    Search { what, errors }.visit_type(ty);
}

struct Search<'a> {
    what: &'static str,
    errors: &'a mut Errors,
}

impl Visit<'_> for Search<'_> {
    fn visit_type_reference(&mut self, reference: &TypeReference) {
        if reference.lifetime.as_ref().is_some_and(is_static) {
            return visit::visit_type_reference(self, reference);
        }
        let owned = owned(&reference.elem);
        self.errors.at(reference, format_args!("{} owns what it holds: use {owned}", self.what));
    }

    fn visit_lifetime(&mut self, lifetime: &Lifetime) {
        if !is_static(lifetime) {
            self.errors.at(
                lifetime,
                format_args!("{} owns what it holds: only `'static` can stand here", self.what),
            );
        }
    }

    fn visit_type_impl_trait(&mut self, ty: &TypeImplTrait) {
        let message = match self.what {
            "an answer" => "an answer has a type with a name; a handler that waits is an `async fn`",
            _ => "a message has fields with named types: use a type, or a `Box<dyn … + Send>`",
        };
        self.errors.at(ty, message);
    }

    fn visit_type_infer(&mut self, ty: &TypeInfer) {
        self.errors.at(ty, format_args!("{} has a type with a name", self.what));
    }

    // Lifetimes in these belong to calls and not to the message.
    fn visit_type_fn_ptr(&mut self, _: &TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments(&mut self, _: &ParenthesizedGenericArguments) {}
    fn visit_trait_bound(&mut self, bound: &TraitBound) {
        if bound.lifetimes.is_none() {
            visit::visit_trait_bound(self, bound);
        }
    }
}

fn is_static(lifetime: &Lifetime) -> bool {
    lifetime.ident == "static"
}

/// Names owned types to use in place of a reference to this one.
fn owned(target: &Type) -> String {
    match target {
        Type::Path(path) if path.path.is_ident("str") => "`String` or `Arc<str>`".into(),
        Type::Slice(slice) => {
            let element = slice.elem.to_token_stream();
            format!("`Vec<{element}>` or `Arc<[{element}]>`")
        }
        Type::TraitObject(_) | Type::ImplTrait(_) => "a `Box` or an `Arc` of it".into(),
        other => {
            let target = other.to_token_stream();
            format!("`{target}` or `Arc<{target}>`")
        }
    }
}
