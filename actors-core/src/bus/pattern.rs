//! Patterns over topics: `*` stands for one segment, `>` at the end for one or more.

use std::error::Error;
use std::fmt;

/// A pattern that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Is(String),
    One,
    Rest,
}

/// A text that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError(String);

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is no pattern: join segments of letters, digits, _ and - with dots; * is one segment, > at the end the rest",
            self.0
        )
    }
}

impl Error for PatternError {}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, PatternError> {
        let error = || PatternError(text.to_owned());
        let segments: Vec<&str> = text.split('.').collect();
        let last = segments.len() - 1;
        let parse = |(at, segment): (usize, &&str)| match *segment {
            "*" => Ok(Segment::One),
            ">" if at == last => Ok(Segment::Rest),
            name if is_segment(name) => Ok(Segment::Is(name.to_owned())),
            _ => Err(error()),
        };
        segments.iter().enumerate().map(parse).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn matches(&self, topic: &str) -> bool {
        let mut names = topic.split('.');
        for segment in &self.0 {
            match (segment, names.next()) {
                (_, None) => return false,
                (Segment::Rest, Some(_)) => return true,
                (Segment::One, Some(_)) => {}
                (Segment::Is(expected), Some(name)) if expected == name => {}
                (Segment::Is(_), Some(_)) => return false,
            }
        }
        names.next().is_none()
    }
}

fn is_segment(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_one_segment_and_the_rest_at_least_one() {
        let table = [
            ("orders.placed", "orders.placed", true),
            ("orders.placed", "orders.paid", false),
            ("orders.placed", "orders.placed.eu", false),
            ("orders.*", "orders.placed", true),
            ("orders.*", "orders.placed.eu", false),
            ("*.placed", "orders.placed", true),
            ("orders.>", "orders.placed.eu", true),
            ("orders.>", "orders", false),
            (">", "anything.at.all", true),
        ];
        for (pattern, topic, matches) in table {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(topic), matches, "{pattern} {topic}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["", ".", "orders.", "orders.>.eu", "orders.pl*", "a b"] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
