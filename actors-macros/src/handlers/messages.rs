//! Writes the message structs.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Generics;
use syn::ext::IdentExt as _;

use super::expand::{docs, quiet};
use super::model::{Block, Field, Method};
use crate::message::{message_impl, remote_impl};

/// The struct of one handler, and what makes it a message.
pub(crate) fn message(block: &Block, method: &Method) -> TokenStream {
    let Method { message, visibility, reply, kind, .. } = method;
    let conditions = block.conditions.iter().chain(&method.conditions);
    let docs = docs(method, &format!("Message of [`{}`].", method.path(block)));
    let quiet = quiet();
    let serde = method.wire_name.as_ref().map(|_| {
        quote! {
            #[derive(::actors::__private::serde::Serialize, ::actors::__private::serde::Deserialize)]
            #[serde(crate = "::actors::__private::serde")]
        }
    });
    let body = body(block, method);
    let conditions = quote!(#(#conditions)*);
    let none = Generics::default();
    let message_impl = message_impl(message, &none, reply, kind);
    let remote_impl = method.wire_name.as_ref().map(|wire_name| {
        let remote_impl = remote_impl(message, &none, wire_name);
        quote!(#conditions #remote_impl)
    });
    quote! {
        #conditions
        #docs
        #quiet
        #serde
        #visibility struct #message #body
        #conditions
        #message_impl
        #remote_impl
    }
}

/// The fields, or nothing for a message that is only its name.
fn body(block: &Block, method: &Method) -> TokenStream {
    let visibility = &method.visibility;
    let path = method.path(block);
    let mut fields = method.fields().peekable();
    if fields.peek().is_none() {
        return quote!(;);
    }
    let fields = fields.map(|Field { name, ty }| {
        let doc = format!("The `{}` of [`{path}`].", name.unraw());
        quote! {
            #[doc = #doc]
            #visibility #name: #ty
        }
    });
    quote!({ #(#fields),* })
}
