//! Puts the pieces of a block together.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{Error, ItemImpl, Meta};

use super::model::{Block, Method};
use super::{check, client, dispatch, messages, parse};
use crate::errors::Errors;

/// Expands `#[handlers]`. Where there are errors, the block itself is kept, so that they are the only ones.
pub(crate) fn expand(arguments: TokenStream, input: TokenStream) -> TokenStream {
    let mut item: ItemImpl = match syn::parse2(input.clone()) {
        Ok(item) => item,
        Err(error) => return kept(&input, not_a_block(&input, error)),
    };
    match generate(arguments, &mut item) {
        Ok(generated) => quote!(#item #generated),
        Err(error) => kept(&item.into_token_stream(), error),
    }
}

/// Expands a `#[handler]` that no `#[handlers]` has taken.
pub(crate) fn stray_handler(attribute: Span, method: &TokenStream) -> TokenStream {
    let message = "`#[handler]` marks methods in a block with `#[handlers]`, which is missing here";
    kept(method, Error::new(attribute, message))
}

fn generate(arguments: TokenStream, item: &mut ItemImpl) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let block = parse::block(arguments, item, &mut errors);
    if let Some(block) = &block {
        check::block(block, &mut errors);
    }
    errors.into_result()?;
    Ok(block.iter().map(generated).collect())
}

fn generated(block: &Block) -> TokenStream {
    let messages = block.methods.iter().map(|method| messages::message(block, method));
    let handlers = block.methods.iter().map(|method| dispatch::handler(block, method));
    let client = client::client(block);
    quote!(#(#messages)* #(#handlers)* #client)
}

/// Says what the attribute is for, unless this is an impl block that cannot be read.
fn not_a_block(input: &TokenStream, error: Error) -> Error {
    if syn::parse2::<syn::Item>(input.clone()).is_ok_and(|item| !matches!(item, syn::Item::Impl(_))) {
        return Error::new_spanned(input, "`#[handlers]` is for an inherent block: `impl Counter { … }`");
    }
    error
}

fn kept(item: &TokenStream, error: Error) -> TokenStream {
    let error = error.into_compile_error();
    quote!(#item #error)
}

/// The documentation of a method, or a sentence in its place.
pub(crate) fn docs(method: &Method, otherwise: &str) -> TokenStream {
    let docs = &method.docs;
    let written = docs.iter().any(|doc| matches!(doc.meta, Meta::NameValue(_)));
    let otherwise = (!written).then(|| quote!(#[doc = #otherwise]));
    quote!(#(#docs)* #otherwise)
}

/// Lints that would be about what the user did not write.
pub(crate) fn quiet() -> TokenStream {
    quote! {
        #[allow(
            dead_code,
            missing_copy_implementations,
            missing_debug_implementations,
            private_interfaces,
            unreachable_pub,
            clippy::all,
            clippy::pedantic,
            rustdoc::broken_intra_doc_links,
            rustdoc::private_intra_doc_links
        )]
    }
}
