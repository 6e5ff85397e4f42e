//! Checks the block as a whole: names that clash, with each other or with what is there already.

use std::collections::HashMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::Ident;
use syn::ext::IdentExt as _;

use super::model::{Block, Method};
use super::names;
use crate::errors::Errors;

/// Reports every clash of names.
pub(crate) fn block(block: &Block, errors: &mut Errors) {
    let mut messages = HashMap::new();
    let mut wire_names = HashMap::new();
    for method in &block.methods {
        method_name(method, errors);
        message_name(method, block, errors);
        if let Some(first) = twin(&mut messages, method.message.unraw().to_string(), method) {
            errors.at(
                &method.message,
                format_args!(
                    "`{first}` has the message `{}` already: give this one another, {CHOOSE}",
                    method.message
                ),
            );
        }
        if let Some(wire_name) = &method.wire_name
            && let Some(first) = twin(&mut wire_names, wire_name.value(), method)
        {
            errors.at(wire_name, format_args!("`{first}` has this wire name already"));
        }
    }
}

/// How a message gets a name of its own.
const CHOOSE: &str = "`#[handler(message = …)]`";

/// The method that claimed a name before. Two with a `cfg` each are taken for alternatives.
fn twin(claimed: &mut HashMap<String, (String, bool)>, name: String, method: &Method) -> Option<String> {
    let conditional = !method.conditions.is_empty();
    match claimed.get(&name) {
        Some((_, true)) if conditional => None,
        Some((first, _)) => Some(first.clone()),
        None => {
            claimed.insert(name, (method.name.to_string(), conditional));
            None
        }
    }
}

fn method_name(method: &Method, errors: &mut Errors) {
    let name = method.name.unraw().to_string();
    if names::reference_has(&name) {
        errors.at(
            &method.name,
            format_args!(
                "every reference has a `{name}` of its own, which would be called in place of this handler: \
                 rename it, or derive `Message` for a struct of your own and write `impl Handler<…>`"
            ),
        );
    }
}

fn message_name(method: &Method, block: &Block, errors: &mut Errors) {
    let message = &method.message;
    if names::module_has(&message.to_string()) {
        errors.at(
            message,
            format_args!(
                "the message `{message}` would hide `{message}` in this module: choose another name, {CHOOSE}"
            ),
        );
    }
    if !method.renamed && message == &method.name {
        errors.at(
            message,
            format_args!("no name for the message follows from `{message}`: choose one, {CHOOSE}"),
        );
    }
    let types = method.fields().map(|field| &field.ty).chain([&method.reply]);
    if types.cloned().any(|ty| names_type(ty, message)) {
        errors.at(
            message,
            format_args!("the message `{message}` would have the name of a type in this signature: choose another, {CHOOSE}"),
        );
    } else if block.actor_path.is_ident(message) {
        errors.at(
            message,
            format_args!(
                "the message `{message}` would have the name of its actor: choose another, {CHOOSE}"
            ),
        );
    }
    if *message == block.client {
        errors.at(
            message,
            format_args!(
                "the message `{message}` would have the name of the client trait: choose another, {CHOOSE}"
            ),
        );
    }
}

/// Whether a type is, or holds, one of this name: as a word of its own and not as a part of a path.
fn names_type(ty: TokenStream, name: &Ident) -> bool {
    let mut in_path = false;
    for token in ty {
        match token {
            TokenTree::Ident(word) if word == *name && !in_path => return true,
            TokenTree::Group(group) if names_type(group.stream(), name) => return true,
            TokenTree::Punct(punct) => in_path = punct.as_char() == ':',
            _ => in_path = false,
        }
    }
    false
}
