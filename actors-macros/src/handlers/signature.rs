//! Reads the signature of a handler, and reports everything in it that cannot travel in a message.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote_spanned};
use syn::{
    FnArg, GenericArgument, Pat, PatType, Path, PathArguments, ReceiverKind, ReturnType, Safety, Signature,
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
        let read = match classify(&argument.ty) {
            Role::Context(inner) => {
                let last = index + 1 == typed.len();
                context(argument, inner, last, actor, errors).then_some(Argument::Context)
            }
            Role::Reply(inner) => {
                reply_handle(argument, inner, &mut later, errors).then_some(Argument::Reply)
            }
            Role::Field => field(argument, actor, errors).map(Argument::Field),
        };
        conditions(argument, errors);
        arguments.extend(read);
    }
    let reply = match (later, &signature.output) {
        (Some(later), ReturnType::Type(_, returned)) if !is_unit(returned) => {
            errors.at(returned, "the answer goes through the `ReplyTo`: this handler returns nothing");
            Some(later)
        }
        (Some(later), _) => Some(later),
        (None, ReturnType::Type(_, returned)) => Some((**returned).clone()),
        (None, ReturnType::Default) => None,
    };
    if let Some(reply) = &reply {
        borrowed::check(reply, "an answer", errors);
    }
    let reply_tokens = reply.as_ref().map_or_else(
        || quote_spanned!(signature.ident.span()=> ()),
        |reply| self_type::replaced(reply, actor),
    );
    Read { arguments, reply, reply_tokens }
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
    Context(&'a Path),
    Reply(&'a Path),
    Field,
}

fn classify(ty: &Type) -> Role<'_> {
    match ty {
        Type::Group(group) => classify(&group.elem),
        Type::Reference(reference) => match last_segment(&reference.elem) {
            Some((path, "Context")) => Role::Context(path),
            _ => Role::Field,
        },
        _ => match last_segment(ty) {
            Some((path, "Context")) if single_argument(path).is_some() => Role::Context(path),
            Some((path, "ReplyTo")) => Role::Reply(path),
            _ => Role::Field,
        },
    }
}

fn last_segment(ty: &Type) -> Option<(&Path, &'static str)> {
    let Type::Path(ty) = ty else { return None };
    let last = ty.path.segments.last()?;
    ["Context", "ReplyTo"].into_iter().find(|name| last.ident == name).map(|name| (&ty.path, name))
}

fn single_argument(path: &Path) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else { return None };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(GenericArgument::Type(ty)), 1) => Some(ty),
        _ => None,
    }
}

fn context(argument: &PatType, path: &Path, last: bool, actor: &Type, errors: &mut Errors) -> bool {
    let mutable = matches!(&*argument.ty, Type::Reference(reference) if reference.mutability.is_some());
    let own = single_argument(path).is_some_and(|of| {
        let of = self_type::replaced(of, actor).to_string();
        of == actor.to_token_stream().to_string()
    });
    if !mutable || !own {
        errors.at(&argument.ty, "the context of a handler is `&mut Context<Self>`");
    }
    if !last {
        errors.at(argument, "the context comes last");
    }
    true
}

fn reply_handle(argument: &PatType, path: &Path, later: &mut Option<Type>, errors: &mut Errors) -> bool {
    let Some(reply) = single_argument(path) else {
        errors.at(&argument.ty, "a `ReplyTo` names the type of the answer: `ReplyTo<T>`");
        return false;
    };
    if later.is_some() {
        errors.at(argument, "a message is answered once: there is a `ReplyTo` already");
        return false;
    }
    *later = Some(reply.clone());
    true
}

fn field(argument: &PatType, actor: &Type, errors: &mut Errors) -> Option<Field> {
    borrowed::check(&argument.ty, "a message", errors);
    let Pat::Ident(pattern) = &*argument.pat else {
        errors.at(
            &argument.pat,
            "the arguments of a handler are fields of its message: give this one a plain name",
        );
        return None;
    };
    if pattern.by_ref.is_some() || pattern.subpat.is_some() {
        errors
            .at(pattern, "the arguments of a handler are fields of its message: give this one a plain name");
        return None;
    }
    Some(Field { name: pattern.ident.clone(), ty: self_type::replaced(&argument.ty, actor) })
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
