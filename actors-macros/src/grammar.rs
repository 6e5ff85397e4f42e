//! What may be written as an actor's name, a wire name or a topic. Pure: text in, verdict out.

/// The longest name of an actor or of a message on the wire, in characters.
const LONGEST_NAME: usize = 128;

/// Checks the name of an actor: `[A-Za-z0-9_.:-]{1,128}`.
pub(crate) fn actor_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("a name has at least one character".into());
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(format!("a name has at most {LONGEST_NAME} characters"));
    }
    match name.chars().find(|&character| !in_name(character)) {
        Some(character) => {
            Err(format!("{character:?} cannot stand in a name: letters, digits, `_`, `.`, `:` and `-` can"))
        }
        None => Ok(()),
    }
}

/// Checks the name of a message between nodes: a name, a slash and a version number.
pub(crate) fn wire_name(name: &str) -> Result<(), String> {
    let Some((name, version)) = name.rsplit_once('/') else {
        return Err(format!("a wire name ends in its version: `\"{name}/1\"`"));
    };
    actor_name(name)?;
    match version.parse::<u32>() {
        Ok(number) if number.to_string() == version => Ok(()),
        _ => Err(format!("the version of a wire name is a plain number: `\"{name}/1\"`")),
    }
}

/// Checks a topic: segments of letters, digits, `_` and `-`, with dots between.
pub(crate) fn topic(topic: &str) -> Result<(), String> {
    if topic.contains(['*', '>']) {
        return Err("an event has one topic; wildcards are for `bus.pattern(…)`".into());
    }
    if topic.split('.').any(str::is_empty) {
        return Err("a topic is made of words with single dots between: `\"orders.placed\"`".into());
    }
    match topic.chars().find(|&character| character != '.' && !in_topic(character)) {
        Some(character) => Err(format!(
            "{character:?} cannot stand in a topic: letters, digits, `_` and `-` can, and dots between"
        )),
        None => Ok(()),
    }
}

fn in_name(character: char) -> bool {
    in_topic(character) || matches!(character, '.' | ':')
}

fn in_topic(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actor_names() {
        for good in ["a", "db", "db-1", "shop:orders.eu_2", &"x".repeat(128)] {
            assert_eq!(actor_name(good), Ok(()), "{good}");
        }
        for bad in ["", "a b", "a/b", "größe", "a\n", &"x".repeat(129)] {
            assert!(actor_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn wire_names() {
        for good in ["counter.add/1", "a/0", "a:b-c_d/4294967295"] {
            assert_eq!(wire_name(good), Ok(()), "{good}");
        }
        for bad in
            ["", "counter.add", "counter.add/", "/1", "a/01", "a/+1", "a/v1", "a/b/1", "a/4294967296", "a /1"]
        {
            assert!(wire_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn topics() {
        for good in ["orders", "orders.placed", "a-b.c_d.9"] {
            assert_eq!(topic(good), Ok(()), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "orders.*", "orders.>", "a b", "a:b", "a/b"] {
            assert!(topic(bad).is_err(), "{bad}");
        }
    }
}
