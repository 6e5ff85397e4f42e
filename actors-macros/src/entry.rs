//! `#[actors::main]`: the program's `main` around an async one.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ItemFn, Result};

use crate::errors::Errors;

/// Expands `#[main]`. The user's function stays as it is, inside the one that the program starts with.
pub(crate) fn expand(arguments: TokenStream, function: ItemFn) -> TokenStream {
    match check(arguments, &function) {
        Ok(()) => wrapped(function),
        Err(error) => {
            // A program without a `main` would be one more error, and one that is async another.
            let kept = if function.sig.ident == "main" {
                quote!(#[allow(dead_code)] fn main() { #function })
            } else {
                quote!(#function)
            };
            let error = error.into_compile_error();
            quote!(#kept #error)
        }
    }
}

fn wrapped(function: ItemFn) -> TokenStream {
    let ItemFn { attrs, vis, sig, block, .. } = function;
    let output = &sig.output;
    let call = if sig.inputs.is_empty() { quote!(|_| main()) } else { quote!(main) };
    let run = quote!(::actors::__private::run_main(#call));
    quote! {
        #(#attrs)*
        #vis fn main() #output {
            #sig #block
            #run
        }
    }
}

fn check(arguments: TokenStream, function: &ItemFn) -> Result<()> {
    let mut errors = Errors::default();
    let signature = &function.sig;
    if !arguments.is_empty() {
        errors.at(arguments, "`#[actors::main]` takes no options");
    }
    if signature.ident != "main" {
        errors.at(&signature.ident, "the function that a program starts with is `main`");
    }
    if signature.asyncness.is_none() {
        errors.at(signature.fn_token, "`#[actors::main]` is for an `async fn`");
    }
    if !signature.generics.params.is_empty() {
        errors.at(&signature.generics, "`main` has no generic parameters");
    }
    if let Some(clause) = &signature.generics.where_clause {
        errors.at(clause, "`main` has no `where` clause");
    }
    for extra in signature.inputs.iter().skip(1) {
        errors.at(extra, "`main` takes one argument at most: `system: ActorSystem`");
    }
    errors.into_result()
}
