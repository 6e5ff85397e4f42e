//! What contradicts itself in a tree. Every mistake is reported on the token that has it.

use std::collections::HashMap;

use super::child::{ChildAttr, Source};
use super::model::{Model, Part};
use crate::errors::Errors;

pub(super) fn check(model: &Model<'_>, errors: &mut Errors) {
    let mut ids = HashMap::new();
    for part in &model.fields {
        let Some(child) = &part.child else { continue };
        if let Some(first) = ids.insert(part.id(), part.name) {
            let message = format!("`{first}` has the id \"{}\" already; each child needs its own", part.id());
            match &child.id {
                Some(id) => errors.at(id, message),
                None => errors.at(part.name, message),
            }
        }
        check_kind(part, child, errors);
        check_terms(model, child, errors);
    }
}

fn check_kind(part: &Part<'_>, child: &ChildAttr, errors: &mut Errors) {
    let Some((key, source)) = &child.source else {
        return errors.at(
            part.name,
            "a child needs `start = …` for an actor, `tree = …` for a nested supervisor, or `dynamic`",
        );
    };
    let (expected, is_dynamic) = match source {
        Source::Start(_) => ("ActorRef", false),
        Source::Tree(_) => ("SupervisorRef", false),
        Source::Dynamic => ("Children", true),
    };
    if part.type_name().is_none_or(|name| name != expected) {
        let shown =
            if expected == "SupervisorRef" { expected.to_owned() } else { format!("{expected}<…>") };
        errors.at(part.ty, format_args!("a child with `{key}` is a field of type `{shown}`"));
    }
    for (option, limit) in [
        ("intensity", child.intensity.as_ref().map(|(_, key)| key)),
        ("within", child.within.as_ref().map(|(_, key)| key)),
    ] {
        if let (Some(key), false) = (limit, is_dynamic) {
            errors.at(
                key,
                format_args!(
                    "`{option}` is the supervisor's: write it in `#[supervisor(…)]`, or on a `dynamic` child"
                ),
            );
        }
    }
}

fn check_terms(model: &Model<'_>, child: &ChildAttr, errors: &mut Errors) {
    if let Some(significant) = &child.significant {
        if child.restart.as_ref().is_none_or(|restart| restart == "permanent") {
            errors.at(
                significant,
                "a significant child cannot be permanent, for it never ends by itself: add `restart = transient` or \
                 `restart = temporary`",
            );
        }
        if !model.attr.ends_by_itself() {
            errors.at(
                significant,
                "a significant child needs a supervisor that ends because of it: add `auto_shutdown = any_significant` \
                 or `all_significant` to `#[supervisor(…)]`",
            );
        }
    }
    if let (Some(backoff), Some(restart)) = (&child.backoff, &child.restart)
        && restart == "temporary"
    {
        let _ = backoff;
        errors.at(restart, "a temporary child is never restarted, so its `backoff` means nothing");
    }
}
