//! Writes the handler of each message: a call of the user's method and nothing else.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::model::{Argument, Block, Field, Method};

/// `impl Handler` or, where the method holds a `ReplyTo`, `impl Responder`.
pub(crate) fn handler(block: &Block, method: &Method) -> TokenStream {
    let Block { actor, .. } = block;
    let Method { message, .. } = method;
    let conditions = block.conditions.iter().chain(&method.conditions);
    let (interface, function) = if method.answers_later() {
        (quote!(Responder), respond(method))
    } else {
        (quote!(Handler), handle(method))
    };
    quote! {
        #(#conditions)*
        #[automatically_derived]
        #[allow(deprecated, unused_variables, clippy::all, clippy::pedantic)]
        impl ::actors::__private::#interface<#message> for #actor {
            #[inline]
            #function
        }
    }
}

fn handle(method: &Method) -> TokenStream {
    let Names { this, message, context, .. } = Names::new(method);
    let Method { message: ty, reply, .. } = method;
    let body = call(method);
    let head = head(method, "handle");
    quote! {
        #head(&mut #this, #message: #ty, #context: &mut ::actors::__private::Context<Self>) -> #reply {
            #body
        }
    }
}

fn respond(method: &Method) -> TokenStream {
    let Names { this, message, reply, context } = Names::new(method);
    let Method { message: ty, reply: answer, .. } = method;
    let body = call(method);
    let head = head(method, "respond");
    let nothing = quote_spanned!(method.name.span()=> ());
    quote! {
        #head(
            &mut #this,
            #message: #ty,
            #reply: ::actors::__private::ReplyTo<#answer>,
            #context: &mut ::actors::__private::Context<Self>,
        ) -> #nothing {
            #body
        }
    }
}

/// The head of the function on the user's own, so that an error about its future is shown there.
fn head(method: &Method, name: &str) -> TokenStream {
    let span = method.name.span();
    let name = Ident::new(name, span);
    quote_spanned!(span=> async fn #name)
}

fn call(method: &Method) -> TokenStream {
    let Names { this, message, reply, context } = Names::new(method);
    let span = this.span();
    let arguments = method.arguments.iter().map(|argument| match argument {
        Argument::Field(Field { name, .. }) => quote_spanned!(span=> #message.#name),
        Argument::Reply => quote_spanned!(span=> #reply),
        Argument::Context => quote_spanned!(span=> #context),
    });
    let name = &method.name;
    let wait = method.is_async.then(|| quote_spanned!(span=> .await));
    quote_spanned!(span=> <Self>::#name(#this, #(#arguments),*) #wait)
}

/// Variables that no name of the user's can meet.
struct Names {
    this: Ident,
    message: Ident,
    reply: Ident,
    context: Ident,
}

impl Names {
    fn new(method: &Method) -> Self {
        let span = Span::mixed_site().located_at(method.name.span());
        let name = |name| Ident::new(name, span);
        Self { this: name("self"), message: name("message"), reply: name("reply"), context: name("context") }
    }
}
