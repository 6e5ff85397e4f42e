//! Reads the signature of a handler, and reports everything in it that cannot travel in a message.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote_spanned};
use syn::{
    FnArg, GenericArgument, Ident, Pat, PatType, PathArguments, ReceiverKind, ReturnType, Safety, Signature,
    Type,
};

use super::borrowed;
use super::model::{Argument, Field};
use super::self_type;
use crate::errors::Errors;

/// What a handler takes and gives.
pub(crate) struct Read {
    /// The arguments besides `self`.
    pub(crate) arguments: Vec<Argument>,
    /// The type of the answer as written; `None` for `()`.
    pub(crate) reply: Option<Type>,
    /// The type of the answer, without `Self`.
    pub(crate) reply_tokens: TokenStream,
}

/// Reads one signature. Arguments that are wrong are reported and left out.
pub(crate) fn read(signature: &Signature, actor: &Type, errors: &mut Errors) -> Read {
    qualifiers(signature, errors);
    receiver(signature, errors);

    let mut later = None;
    let mut arguments = Vec::new();
    let typed: Vec<&PatType> = signature.inputs.iter().filter_map(typed).collect();
    for (index, argument) in typed.iter().enumerate() {
        conditions(argument, errors);
        arguments.extend(match role(&argument.ty) {
            Role::Context { of, mutable } => {
                context(argument, of.filter(|_| mutable), actor, errors);
                if index + 1 != typed.len() {
                    errors.at(argument, "the context comes last");
                }
                Some(Argument::Context)
            }
            Role::Reply(of) => reply_handle(argument, of, &mut later, errors),
            Role::Field => field(argument, actor, errors),
        });
    }
    let reply = answer(later, &signature.output, errors);
    let reply_tokens = match &reply {
        Some(reply) => self_type::replaced(reply, actor),
        None => quote_spanned!(signature.ident.span()=> ()),
    };
    Read { arguments, reply, reply_tokens }
}

/// The type of the answer: what the method returns, unless it answers through a handle.
fn answer(later: Option<Type>, output: &ReturnType, errors: &mut Errors) -> Option<Type> {
    let returned = match output {
        ReturnType::Default => None,
        ReturnType::Type(_, returned) => Some(&**returned),
    };
    if later.is_some()
        && let Some(returned) = returned.filter(|returned| !is_unit(returned))
    {
        errors.at(returned, "the answer goes through the `ReplyTo`: this handler returns nothing");
    }
    let answer = later.or_else(|| returned.cloned())?;
    borrowed::check(&answer, "an answer", errors);
    Some(answer)
}

fn qualifiers(signature: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(token) = &signature.safety {
        errors.at(
            token,
            "a handler is called by the framework, which cannot keep the promises of an `unsafe fn`",
        );
    }
    if let Some(token) = &signature.constness {
        errors.at(token, "a handler is an `fn` or an `async fn`, not a `const fn`");
    }
    if let Some(abi) = &signature.abi {
        errors.at(abi, "a handler is an `fn` or an `async fn`, not an `extern fn`");
    }
    for parameter in &signature.generics.params {
        errors.at(parameter, "a handler has no generic parameters or lifetimes: its message is one type that owns what it holds");
    }
    if let Some(clause) = &signature.generics.where_clause {
        errors.at(clause, "a handler has no `where` clause");
    }
}

fn receiver(signature: &Signature, errors: &mut Errors) {
    let Some(receiver) = signature.receiver() else {
        return errors
            .at(&signature.ident, "a handler works on the actor: it takes `&mut self` or `&self` first");
    };
    if !matches!(receiver.kind, ReceiverKind::Reference(..)) {
        errors.at(receiver, "the actor stays where it is: a handler takes `&mut self` or `&self`");
    }
}

fn typed(argument: &FnArg) -> Option<&PatType> {
    match argument {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    }
}

/// What an argument is for, by its type.
enum Role<'a> {
    /// A `Context` of some type, by reference or not.
    Context { of: Option<&'a Type>, mutable: bool },
    /// A `ReplyTo` for some type.
    Reply(Option<&'a Type>),
    /// Anything else.
    Field,
}

fn role(ty: &Type) -> Role<'_> {
    match ty {
        Type::Group(group) => role(&group.elem),
        Type::Reference(reference) => match named(&reference.elem) {
            Some((name, of)) if name == "Context" => {
                Role::Context { of, mutable: reference.mutability.is_some() }
            }
            _ => Role::Field,
        },
        _ => match named(ty) {
            // A `Context` without a type in brackets may be one of the user's own.
            Some((name, of @ Some(_))) if name == "Context" => Role::Context { of, mutable: false },
            Some((name, of)) if name == "ReplyTo" => Role::Reply(of),
            _ => Role::Field,
        },
    }
}

/// The last segment of a path, and the one type in its brackets.
fn named(ty: &Type) -> Option<(&Ident, Option<&Type>)> {
    let ty = match ty {
        Type::Path(ty) => ty,
        Type::Group(group) => return named(&group.elem),
        _ => return None,
    };
    let last = ty.path.segments.last()?;
    let PathArguments::AngleBracketed(brackets) = &last.arguments else { return Some((&last.ident, None)) };
    let of = match (brackets.args.first(), brackets.args.len()) {
        (Some(GenericArgument::Type(of)), 1) => Some(of),
        _ => None,
    };
    Some((&last.ident, of))
}

fn context(argument: &PatType, of: Option<&Type>, actor: &Type, errors: &mut Errors) {
    let own = of.map(|of| self_type::replaced(of, actor).to_string());
    if own != Some(actor.to_token_stream().to_string()) {
        errors.at(&argument.ty, "the context of a handler is `&mut Context<Self>`");
    }
}

fn reply_handle(
    argument: &PatType,
    of: Option<&Type>,
    later: &mut Option<Type>,
    errors: &mut Errors,
) -> Option<Argument> {
    let Some(reply) = of else {
        errors.at(&argument.ty, "a `ReplyTo` names the type of the answer: `ReplyTo<T>`");
        return None;
    };
    if later.is_some() {
        errors.at(argument, "a message is answered once: there is a `ReplyTo` already");
        return None;
    }
    *later = Some(reply.clone());
    Some(Argument::Reply)
}

fn field(argument: &PatType, actor: &Type, errors: &mut Errors) -> Option<Argument> {
    borrowed::check(&argument.ty, "a message", errors);
    match &*argument.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            let ty = self_type::replaced(&argument.ty, actor);
            Some(Argument::Field(Field { name: pattern.ident.clone(), ty }))
        }
        pattern => {
            errors.at(
                pattern,
                "the arguments of a handler are fields of its message: give this one a plain name",
            );
            None
        }
    }
}

fn conditions(argument: &PatType, errors: &mut Errors) {
    let conditions = argument
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr"));
    for condition in conditions {
        errors.at(condition, "a message has the same fields in every build: put the `cfg` on the handler");
    }
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}
