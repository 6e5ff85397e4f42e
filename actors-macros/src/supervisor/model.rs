//! The tree that a struct describes.

use syn::{Data, DeriveInput, Field, Fields, GenericArgument, Ident, PathArguments, Type, Visibility};

use super::attr::SupervisorAttr;
use super::child::ChildAttr;
use crate::errors::Errors;

pub(super) struct Model<'a> {
    pub(super) visibility: &'a Visibility,
    pub(super) name: &'a Ident,
    pub(super) attr: SupervisorAttr,
    /// In the order of the fields, which is the order of start.
    pub(super) fields: Vec<Part<'a>>,
}

/// One field.
pub(super) struct Part<'a> {
    pub(super) name: &'a Ident,
    pub(super) ty: &'a Type,
    /// None for a parameter of `start`.
    pub(super) child: Option<ChildAttr>,
}

impl<'a> Model<'a> {
    /// Reads the struct; `None` if it has no fields to read.
    pub(super) fn read(input: &'a DeriveInput, errors: &mut Errors) -> Option<Self> {
        let attr = SupervisorAttr::read(&input.attrs, errors);
        for parameter in &input.generics.params {
            errors.at(parameter, "a supervisor derived from a struct has no generic parameters");
        }
        let fields = match &input.data {
            Data::Struct(data) => &data.fields,
            _ => {
                errors.at(&input.ident, "a supervisor is a struct: its fields are its children");
                return None;
            }
        };
        let Fields::Named(fields) = fields else {
            errors.at(&input.ident, "a supervisor is a struct with named fields: each names a child");
            return None;
        };
        let fields = fields.named.iter().filter_map(|field| Part::read(field, errors)).collect();
        Some(Self { visibility: &input.vis, name: &input.ident, attr, fields })
    }
}

impl<'a> Part<'a> {
    fn read(field: &'a Field, errors: &mut Errors) -> Option<Self> {
        let child = ChildAttr::read(&field.attrs, errors);
        Some(Self { name: field.ident.as_ref()?, ty: &field.ty, child })
    }

    /// The id of the child: the field's name unless it is given another one.
    pub(super) fn id(&self) -> String {
        use syn::ext::IdentExt as _;
        let given = self.child.as_ref().and_then(|child| child.id.as_ref());
        given.map_or_else(|| self.name.unraw().to_string(), syn::LitStr::value)
    }

    /// The name of the field's type, without path and arguments.
    pub(super) fn type_name(&self) -> Option<&Ident> {
        let Type::Path(path) = self.ty else { return None };
        path.path.segments.last().map(|segment| &segment.ident)
    }

    /// `A` in `ActorRef<A>`.
    pub(super) fn type_argument(&self) -> Option<&Type> {
        let Type::Path(path) = self.ty else { return None };
        let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
            return None;
        };
        match arguments.args.first()? {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }
    }
}
