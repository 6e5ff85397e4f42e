//! Writes the client trait and its implementations for references.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::expand::{docs, quiet};
use super::model::{Block, Field, Method};
use super::visibility;

/// The trait, and what implements it.
pub(crate) fn client(block: &Block) -> TokenStream {
    let Block { client, methods, .. } = block;
    let visibility = visibility::widest(methods.iter().map(|method| &method.visibility));
    let conditions = &block.conditions;
    let doc = format!("The handlers of [`{}`] as methods of a reference to it.", block.actor_link());
    let quiet = quiet();
    let declared = methods.iter().map(|method| {
        let Method { conditions, deprecation, .. } = method;
        let docs = docs(method, &format!("Sends [`{}`].", method.message));
        let signature = signature(method);
        quote!(#(#conditions)* #docs #deprecation #signature;)
    });
    let local = implementation(block, &quote!(::actors::__private::ActorRef));
    let remote = methods
        .iter()
        .all(|method| method.wire_name.is_some())
        .then(|| implementation(block, &quote!(::actors::__private::net::RemoteRef)));
    // All of it on the actor's name, so that the clash of two blocks is shown there.
    let item = quote_spanned!(client.span()=> trait #client { #(#declared)* });
    quote! {
        #(#conditions)*
        #[doc = #doc]
        #quiet
        #visibility #item
        #local
        #remote
    }
}

fn implementation(block: &Block, reference: &TokenStream) -> TokenStream {
    let Block { actor, client, conditions, methods, .. } = block;
    let methods = methods.iter().map(|method| {
        let Method { message, conditions, .. } = method;
        let signature = signature(method);
        let fields = method.fields().map(|field| &field.name);
        let message = if method.fields().next().is_none() {
            quote!(#message)
        } else {
            quote!(#message { #(#fields),* })
        };
        quote! {
            #(#conditions)*
            #[inline]
            #signature {
                #reference::ask(self, #message)
            }
        }
    });
    quote! {
        #(#conditions)*
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic)]
        impl #client for #reference<#actor> {
            #(#methods)*
        }
    }
}

fn signature(method: &Method) -> TokenStream {
    let Method { name, message, .. } = method;
    let arguments = method.fields().map(|Field { name, ty }| quote!(#name: #ty));
    quote!(fn #name(&self, #(#arguments),*) -> ::actors::__private::Request<'_, #message>)
}
