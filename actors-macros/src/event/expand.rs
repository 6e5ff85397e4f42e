//! Writes `impl Event`, and the message every event is.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Member, Result};

use super::attr::EventAttr;
use super::key;
use crate::errors::Errors;
use crate::message::{message_impl, remote_impl};

/// Expands `#[derive(Event)]`.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let attr = EventAttr::read(&input.ident, &input.attrs, &mut errors);
    for parameter in &input.generics.params {
        errors.at(parameter, "a topic carries one type: an event has no generic parameters");
    }
    if let Some(field) = &attr.key {
        key::check(field, &input.data, &mut errors);
    }
    errors.into_result()?;

    let name = &input.ident;
    let topic = &attr.topic;
    let key = key_value(attr.key.as_ref());
    let message = message_impl(name, &input.generics, &quote!(()), &quote!(::actors::__private::Plain));
    let remote = attr.remote.as_ref().map(|wire_name| remote_impl(name, &input.generics, wire_name));
    Ok(quote! {
        #message
        #remote
        #[automatically_derived]
        impl ::actors::__private::Event for #name {
            const TOPIC: &'static str = #topic;
            fn key(&self) -> ::core::option::Option<::std::string::String> {
                #key
            }
        }
    })
}

/// The body of `key`; a field without `Display` is an error on the attribute's own token.
fn key_value(field: Option<&Member>) -> TokenStream {
    match field {
        None => quote!(::core::option::Option::None),
        Some(field) => {
            let text = quote_spanned!(field.span()=> ::std::string::ToString::to_string(&this.#field));
            quote! {
                let this = self;
                ::core::option::Option::Some(#text)
            }
        }
    }
}
