//! Writes `impl Actor`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, Result};

use super::attr::{ActorAttr, Bound};
use crate::errors::Errors;
use crate::generics;

/// Expands `#[derive(Actor)]`.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let attr = ActorAttr::read(&input.attrs, &mut errors);
    let generics = generics::owned(&input.generics, "an actor", &mut errors);
    errors.into_result()?;

    let name = &input.ident;
    let options = options(&attr);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::actors::__private::Actor for #name #type_generics #where_clause {
            #options
        }
    })
}

/// The `options` function, where there is anything to say.
fn options(attr: &ActorAttr) -> Option<TokenStream> {
    let name = attr.name.iter().map(|name| quote!(.name(#name)));
    let mailbox = mailbox(attr).map(|mailbox| quote!(.mailbox(#mailbox))).into_iter();
    let thread = attr.dedicated.then(|| quote!(.dedicated_thread())).into_iter();
    let calls: TokenStream = name.chain(mailbox).chain(thread).collect();
    (!calls.is_empty()).then(|| {
        quote! {
            fn options() -> ::actors::__private::ActorOptions {
                ::actors::__private::ActorOptions::new() #calls
            }
        }
    })
}

fn mailbox(attr: &ActorAttr) -> Option<TokenStream> {
    let bound = match (&attr.mailbox, &attr.on_full) {
        (Some(Bound::Messages(bound)), _) => quote!(::actors::__private::Mailbox::bounded(#bound)),
        (Some(Bound::Unbounded), _) => quote!(::actors::__private::Mailbox::unbounded()),
        (None, Some(_)) => quote!(<::actors::__private::Mailbox as ::core::default::Default>::default()),
        (None, None) => return None,
    };
    let policy = attr.on_full.as_ref().map(|word| {
        let variant = format_ident!("{}", crate::case::upper_camel(&word.to_string()));
        quote!(.on_full(::actors::__private::OnFull::#variant))
    });
    Some(quote!(#bound #policy))
}
