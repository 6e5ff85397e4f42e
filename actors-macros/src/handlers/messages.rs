//! Writes the message structs.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Generics, Visibility};

use super::expand::{docs, quiet};
use super::model::{Block, Field, Method};
use crate::message::{message_impl, remote_impl};

/// The struct of one handler, and what makes it a message.
pub(crate) fn message(block: &Block, method: &Method) -> TokenStream {
    let Method { message, visibility, reply, kind, .. } = method;
    let conditions = block.conditions.iter().chain(&method.conditions);
    let docs = docs(method, &format!("Message of [`{}`].", method.link(block)));
    let quiet = quiet();
    let serde = method.wire_name.as_ref().map(|_| {
        quote! {
            #[derive(::actors::__private::serde::Serialize, ::actors::__private::serde::Deserialize)]
            #[serde(crate = "::actors::__private::serde")]
        }
    });
    let item = item(block, method);
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
        #visibility #item
        #conditions
        #message_impl
        #remote_impl
    }
}

/// The struct, all of it on the method's name, so that a clash with another type is shown there.
fn item(block: &Block, method: &Method) -> TokenStream {
    let Method { message, visibility, .. } = method;
    let link = method.link(block);
    let fields: Vec<TokenStream> =
        method.fields().map(|field| documented(field, visibility, &link)).collect();
    if fields.is_empty() {
        quote_spanned!(message.span()=> struct #message;)
    } else {
        quote_spanned!(message.span()=> struct #message { #(#fields),* })
    }
}

fn documented(Field { name, ty }: &Field, visibility: &Visibility, link: &str) -> TokenStream {
    let doc = format!("The `{}` of [`{link}`].", name.unraw());
    quote! {
        #[doc = #doc]
        #visibility #name: #ty
    }
}
