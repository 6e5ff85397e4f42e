//! Patterns over topics.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A pattern over topics: words with dots between, where `*` stands for any one word and a last `>` for one or more.
///
/// ```text
/// orders.*        orders.placed, not orders.eu.placed
/// orders.>        orders.placed and orders.eu.placed, not orders
/// *.placed        orders.placed, bids.placed
/// >               every topic
/// ```
///
/// Topics that begin with `$` are the system's own: as in MQTT, a wildcard in the first place does not stand for such a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Arc<str>);

/// A pattern that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(super) enum PatternError {
    /// There is a dot too many, or nothing at all.
    EmptyWord,
    /// `>` is followed by something.
    RestNotLast,
    /// A word has a wildcard beside other characters, or white space.
    BadWord(String),
}

impl Pattern {
    /// Reads a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, PatternError> {
        let mut words = text.split('.').peekable();
        while let Some(word) = words.next() {
            match word {
                "" => return Err(PatternError::EmptyWord),
                ">" if words.peek().is_some() => return Err(PatternError::RestNotLast),
                ">" | "*" => {}
                word if word.contains(|c: char| matches!(c, '*' | '>') || c.is_whitespace()) => {
                    return Err(PatternError::BadWord(word.to_owned()));
                }
                _ => {}
            }
        }
        Ok(Self(text.into()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn matches(&self, topic: &str) -> bool {
        if topic.starts_with('$') && !self.0.starts_with('$') {
            return false;
        }
        let mut words = topic.split('.');
        for wanted in self.0.split('.') {
            match (wanted, words.next()) {
                (">", Some(_)) => return true,
                (_, None) => return false,
                ("*", Some(_)) => {}
                (wanted, Some(word)) if wanted == word => {}
                _ => return false,
            }
        }
        words.next().is_none()
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyWord => f.write_str("there is an empty word in it"),
            Self::RestNotLast => f.write_str("`>` stands for the rest and must come last"),
            Self::BadWord(word) => write!(f, "`{word}` is neither a word nor a wildcard by itself"),
        }
    }
}

impl Error for PatternError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_words() {
        for (pattern, topic, expected) in [
            ("orders.placed", "orders.placed", true),
            ("orders.placed", "orders.paid", false),
            ("orders.placed", "orders.placed.eu", false),
            ("orders.*", "orders.placed", true),
            ("orders.*", "orders", false),
            ("orders.*", "orders.eu.placed", false),
            ("*.placed", "orders.placed", true),
            ("*.*", "orders", false),
            ("orders.>", "orders.placed", true),
            ("orders.>", "orders.eu.placed", true),
            ("orders.>", "orders", false),
            ("*.eu.>", "orders.eu.placed.now", true),
            (">", "orders", true),
            (">", "$actors.lifecycle", false),
            ("*.lifecycle", "$actors.lifecycle", false),
            ("$actors.*", "$actors.lifecycle", true),
            ("orders", "ordersx", false),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(topic), expected, "{pattern} on {topic}");
        }
    }

    #[test]
    fn malformed_patterns_say_what_is_wrong() {
        assert_eq!(Pattern::parse(""), Err(PatternError::EmptyWord));
        assert_eq!(Pattern::parse("a..b"), Err(PatternError::EmptyWord));
        assert_eq!(Pattern::parse("a.>.b"), Err(PatternError::RestNotLast));
        assert_eq!(Pattern::parse("a.b*"), Err(PatternError::BadWord("b*".into())));
        assert_eq!(Pattern::parse("a b"), Err(PatternError::BadWord("a b".into())));
    }
}
