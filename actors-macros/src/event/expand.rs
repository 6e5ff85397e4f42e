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
    let key = attr.key.as_ref().map(keyed);
    let message = message_impl(name, &input.generics, &quote!(()), &quote!(::actors::__private::Plain));
    let remote = attr.remote.as_ref().map(|wire_name| remote_impl(name, &input.generics, wire_name));
    Ok(quote! {
        #message
        #remote
        #[automatically_derived]
        impl ::actors::__private::Event for #name {
            const TOPIC: &'static str = #topic;
            #key
        }
    })
}

/// The functions that give the key; a field without `Display` is an error on the attribute's own token.
fn keyed(field: &Member) -> TokenStream {
    let text = quote_spanned!(field.span()=> ::core::format_args!("{}", this.#field));
    quote! {
        fn key(&self) -> ::core::option::Option<::std::string::String> {
            let mut text = ::std::string::String::new();
            ::actors::__private::Event::write_key(self, &mut text).then_some(text)
        }
        fn write_key(&self, text: &mut dyn ::core::fmt::Write) -> bool {
            let this = self;
            ::core::fmt::Write::write_fmt(text, #text).is_ok()
        }
    }
}
