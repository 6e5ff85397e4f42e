//! Reads the block, and takes the `#[handler]` attributes off its methods.

use proc_macro2::TokenStream;
use quote::format_ident;
use syn::{Attribute, Ident, ImplItem, ImplItemFn, ItemImpl, Path, PathArguments, Type};

use super::attr::{self, HandlerAttr, is_handler};
use super::model::{Block, Method};
use super::signature;
use crate::case::upper_camel;
use crate::errors::Errors;

/// Reads the block. `None` where its head is so wrong that its methods would say nothing more.
pub(crate) fn block(arguments: TokenStream, item: &mut ItemImpl, errors: &mut Errors) -> Option<Block> {
    let client = attr::client(arguments, errors);
    let marked = take_handlers(item, errors);
    let actor_path = head(item, errors)?;
    let actor_name = actor_path.segments.last()?.ident.clone();
    let methods = marked.iter().map(|(attr, method)| read(attr, method, item, errors)).collect();
    Some(Block {
        actor: (*item.self_ty).clone(),
        client: client.unwrap_or_else(|| format_ident!("{}Client", actor_name)),
        actor_path,
        conditions: only(&item.attrs, "cfg"),
        methods,
    })
}

/// Checks what stands before the brace, and gives the actor's path without arguments.
fn head(item: &ItemImpl, errors: &mut Errors) -> Option<Path> {
    if let Some((of, _)) = &item.trait_ {
        errors.at(of, "`#[handlers]` is for an inherent block, `impl Counter { … }`: a trait's methods need no attribute");
        return None;
    }
    if !item.generics.params.is_empty() || item.generics.where_clause.is_some() {
        let place = item.generics.params.first().map_or_else(
            || quote::ToTokens::to_token_stream(&item.generics.where_clause),
            quote::ToTokens::to_token_stream,
        );
        errors.at(
            place,
            "a generic block cannot be `#[handlers]`: its messages would not know the parameters; \
             derive `Message` for a struct of your own and write `impl Handler<…>`",
        );
        return None;
    }
    let Type::Path(actor) = &*item.self_ty else {
        errors.at(&item.self_ty, "`#[handlers]` needs the name of the actor's type here");
        return None;
    };
    let mut path = actor.path.clone();
    for segment in &mut path.segments {
        segment.arguments = PathArguments::None;
    }
    Some(path)
}

/// Takes the attributes off, and gives each with a copy of its method.
fn take_handlers(item: &mut ItemImpl, errors: &mut Errors) -> Vec<(Attribute, ImplItemFn)> {
    let mut marked = Vec::new();
    for method in item.items.iter_mut().filter_map(as_method) {
        let mut handlers = method.attrs.extract_if(.., |attribute| is_handler(attribute));
        let Some(handler) = handlers.next() else { continue };
        for repeated in handlers {
            errors.at(repeated, "`#[handler]` is given twice");
        }
        let method = ImplItemFn { block: syn::parse_quote!({}), ..method.clone() };
        marked.push((handler, method));
    }
    if marked.is_empty() {
        errors.at(item.impl_token, "no method of this block is a `#[handler]`");
    }
    marked
}

fn as_method(item: &mut ImplItem) -> Option<&mut ImplItemFn> {
    match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    }
}

fn read(attribute: &Attribute, method: &ImplItemFn, block: &ItemImpl, errors: &mut Errors) -> Method {
    let attr = HandlerAttr::read(attribute, errors);
    let signature = signature::read(method, &block.self_ty, errors);
    let name = method.sig.ident.clone();
    Method {
        renamed: attr.message.is_some(),
        message: attr.message.unwrap_or_else(|| message_name(&name)),
        visibility: method.vis.clone(),
        docs: only(&method.attrs, "doc"),
        conditions: only(&method.attrs, "cfg"),
        deprecation: only(&method.attrs, "deprecated").pop(),
        is_async: method.sig.asyncness.is_some(),
        arguments: signature.arguments,
        kind: attr.kind.marker(signature.reply.as_ref()),
        reply: signature.reply_tokens,
        wire_name: attr.remote,
        name,
    }
}

/// The name the message gets by itself. What is no identifier is left as it is for the check to report.
fn message_name(method: &Ident) -> Ident {
    let camel = upper_camel(&method.to_string());
    match syn::parse_str::<Ident>(&camel) {
        Ok(_) => Ident::new(&camel, method.span()),
        Err(_) => method.clone(),
    }
}

fn only(attributes: &[Attribute], name: &str) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident(name)).cloned().collect()
}
