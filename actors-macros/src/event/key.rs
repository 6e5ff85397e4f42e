//! The field named by `key`.

use syn::{Data, Fields, Member};

use crate::errors::Errors;
use crate::options::one_of;

/// Makes sure that the event has the field.
pub(crate) fn check(key: &Member, data: &Data, errors: &mut Errors) {
    let Data::Struct(data) = data else {
        return errors.at(key, "`key` names a field, and only a struct has the same fields in every value");
    };
    let fields = names(&data.fields);
    let wanted = match key {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    };
    if fields.contains(&wanted) {
        return;
    }
    if fields.is_empty() {
        return errors.at(key, "there is no such field: the event has none");
    }
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    errors.at(key, format_args!("there is no field `{wanted}`: expected {}", one_of(&fields)));
}

fn names(fields: &Fields) -> Vec<String> {
    let named = |(index, field): (usize, &syn::Field)| {
        field.ident.as_ref().map_or(index.to_string(), |name| name.to_string())
    };
    fields.iter().enumerate().map(named).collect()
}
