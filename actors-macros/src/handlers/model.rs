//! What a `#[handlers]` block says, once read.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{Attribute, Ident, LitStr, Path, Type, Visibility};

/// The whole block.
pub(crate) struct Block {
    /// The actor, as the block names it.
    pub(crate) actor: Type,
    /// The path of the actor without arguments, for links in documentation.
    pub(crate) actor_path: Path,
    /// The client trait.
    pub(crate) client: Ident,
    /// The conditions on the block.
    pub(crate) conditions: Vec<Attribute>,
    /// The handlers, in the order in which they are written.
    pub(crate) methods: Vec<Method>,
}

/// One `#[handler]` method and the message made from it.
pub(crate) struct Method {
    /// The method's name, which the client's has too.
    pub(crate) name: Ident,
    /// The message's name.
    pub(crate) message: Ident,
    /// Whether the message's name was chosen with `message = …`.
    pub(crate) renamed: bool,
    /// The visibility of method, message and fields.
    pub(crate) visibility: Visibility,
    /// The documentation of the method.
    pub(crate) docs: Vec<Attribute>,
    /// The conditions on the method.
    pub(crate) conditions: Vec<Attribute>,
    /// `#[deprecated]`, for the client.
    pub(crate) deprecation: Option<Attribute>,
    /// Whether the method is async.
    pub(crate) is_async: bool,
    /// What the method takes besides `self`, in its order.
    pub(crate) arguments: Vec<Argument>,
    /// The type of the answer.
    pub(crate) reply: TokenStream,
    /// The marker type of the answer.
    pub(crate) kind: TokenStream,
    /// The name between nodes.
    pub(crate) wire_name: Option<LitStr>,
}

/// One argument of a handler.
pub(crate) enum Argument {
    /// A field of the message.
    Field(Field),
    /// The handle to answer with later.
    Reply,
    /// The context of the actor.
    Context,
}

/// A field of a message.
pub(crate) struct Field {
    /// The argument's name.
    pub(crate) name: Ident,
    /// The argument's type, without `Self`.
    pub(crate) ty: TokenStream,
}

impl Block {
    /// The actor in a link: `Counter`.
    pub(crate) fn actor_link(&self) -> String {
        self.actor_path.to_token_stream().to_string().replace(' ', "")
    }
}

impl Method {
    /// The method in a link: `Counter::add`.
    pub(crate) fn link(&self, block: &Block) -> String {
        format!("{}::{}", block.actor_link(), self.name.unraw())
    }

    /// The arguments that become fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Field(field) => Some(field),
            Argument::Reply | Argument::Context => None,
        })
    }

    /// Whether the answer may come later, through a handle.
    pub(crate) fn answers_later(&self) -> bool {
        self.arguments.iter().any(|argument| matches!(argument, Argument::Reply))
    }
}
