//! Writes `impl Message` and `impl RemoteMessage`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, Generics, Ident, LitStr, Result};

use super::attr::MessageAttr;
use crate::errors::Errors;
use crate::generics;

/// Expands `#[derive(Message)]`.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let attr = MessageAttr::read(&input.attrs, &mut errors);
    let generics = generics::owned(&input.generics, "a message", &mut errors);
    if let (Some(wire_name), Some(parameter)) = (&attr.remote, generics.type_params().next()) {
        errors.at(
            &parameter.ident,
            format_args!(
                "{} names one type: a message with `remote` has no type parameters",
                wire_name.token()
            ),
        );
    }
    errors.into_result()?;

    let reply = attr.reply.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
    let message = message_impl(&input.ident, &generics, &reply, &attr.kind.marker(attr.reply.as_ref()));
    let remote = attr.remote.map(|wire_name| remote_impl(&input.ident, &generics, &wire_name));
    Ok(quote!(#message #remote))
}

/// `impl Message` with this reply and kind.
pub(crate) fn message_impl(
    name: &Ident,
    generics: &Generics,
    reply: &TokenStream,
    kind: &TokenStream,
) -> TokenStream {
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::actors::__private::Message for #name #type_generics #where_clause {
            type Reply = #reply;
            type Kind = #kind;
        }
    }
}

/// `impl RemoteMessage` under this wire name.
pub(crate) fn remote_impl(name: &Ident, generics: &Generics, wire_name: &LitStr) -> TokenStream {
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::actors::__private::net::RemoteMessage for #name #type_generics #where_clause {
            const WIRE_NAME: &'static str = #wire_name;
        }
    }
}
