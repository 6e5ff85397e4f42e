//! Writes the handler of each message: a call of the user's method and nothing else.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::model::{Argument, Block, Field, Method};

/// `impl Handler` or, where the method holds a `ReplyTo`, `impl Responder`.
pub(crate) fn handler(block: &Block, method: &Method) -> TokenStream {
    // On the method's name, so that an error about its future or its types is shown there.
    let span = Span::mixed_site().located_at(method.name.span());
    let Block { actor, .. } = block;
    let Method { message, name, reply, .. } = method;
    let conditions = block.conditions.iter().chain(&method.conditions);
    let arguments = method.arguments.iter().map(|argument| match argument {
        Argument::Field(Field { name, .. }) => quote_spanned!(span=> message.#name),
        Argument::Reply => quote_spanned!(span=> reply),
        Argument::Context => quote_spanned!(span=> context),
    });
    let wait = method.is_async.then(|| quote_spanned!(span=> .await));
    let call = quote_spanned!(span=> <Self>::#name(self, #(#arguments),*) #wait);
    let function = if method.answers_later() {
        quote_spanned! {span=>
            async fn respond(
                &mut self,
                message: #message,
                reply: ::actors::__private::ReplyTo<#reply>,
                context: &mut ::actors::__private::Context<Self>,
            ) {
                #call
            }
        }
    } else {
        quote_spanned! {span=>
            async fn handle(
                &mut self,
                message: #message,
                context: &mut ::actors::__private::Context<Self>,
            ) -> #reply {
                #call
            }
        }
    };
    let interface = if method.answers_later() {
        quote_spanned!(span=> ::actors::__private::Responder)
    } else {
        quote_spanned!(span=> ::actors::__private::Handler)
    };
    quote_spanned! {span=>
        #(#conditions)*
        #[automatically_derived]
        #[allow(deprecated, unused_variables, clippy::all, clippy::pedantic)]
        impl #interface<#message> for #actor {
            #[inline]
            #function
        }
    }
}
