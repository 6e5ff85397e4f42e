//! Reads the block, and takes the `#[handler]` attributes off its methods.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident};
use syn::{
    Attribute, Ident, ImplItem, ImplItemFn, ItemImpl, Path, PathArguments, Signature, Type, Visibility,
    parse_quote,
};

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
    let methods = marked.iter().map(|marked| read(marked, item, errors)).collect();
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
            || ToTokens::to_token_stream(&item.generics.where_clause),
            ToTokens::to_token_stream,
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

/// A method that was marked, without its body.
struct Marked {
    handler: Attribute,
    attributes: Vec<Attribute>,
    visibility: Visibility,
    signature: Signature,
}

/// Takes the attributes off, and gives each with the head of its method.
fn take_handlers(item: &mut ItemImpl, errors: &mut Errors) -> Vec<Marked> {
    let mut marked = Vec::new();
    for method in item.items.iter_mut().filter_map(as_method) {
        let mut handlers = method.attrs.extract_if(.., |attribute| is_handler(attribute));
        let Some(handler) = handlers.next() else { continue };
        for repeated in handlers {
            errors.at(repeated, "`#[handler]` is given twice");
        }
        marked.push(Marked {
            handler,
            attributes: method.attrs.clone(),
            visibility: method.vis.clone(),
            signature: method.sig.clone(),
        });
        method.attrs.insert(0, shape_is_given());
    }
    if marked.is_empty() {
        errors.at(item.impl_token, "no method of this block is a `#[handler]`");
    }
    marked
}

/// Lints against the shape that every handler has.
fn shape_is_given() -> Attribute {
    parse_quote! {
        #[allow(
            clippy::missing_const_for_fn,
            clippy::needless_pass_by_ref_mut,
            clippy::needless_pass_by_value,
            clippy::unused_self
        )]
    }
}

fn as_method(item: &mut ImplItem) -> Option<&mut ImplItemFn> {
    match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    }
}

fn read(marked: &Marked, block: &ItemImpl, errors: &mut Errors) -> Method {
    let Marked { handler, attributes, visibility, signature } = marked;
    let attr = HandlerAttr::read(handler, errors);
    let name = signature.ident.clone();
    let read = signature::read(signature, &block.self_ty, errors);
    Method {
        renamed: attr.message.is_some(),
        message: attr.message.unwrap_or_else(|| message_name(&name)),
        visibility: visibility.clone(),
        docs: only(attributes, "doc"),
        conditions: only(attributes, "cfg"),
        deprecation: only(attributes, "deprecated").pop(),
        is_async: signature.asyncness.is_some(),
        arguments: read.arguments,
        kind: attr.kind.marker(read.reply.as_ref()),
        reply: read.reply_tokens,
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
