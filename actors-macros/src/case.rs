//! From `put_in` to `PutIn`.

/// Turns the name of a method into the name of its message: `r#type` gives `Type`.
pub(crate) fn upper_camel(snake: &str) -> String {
    let words = snake.strip_prefix("r#").unwrap_or(snake).split('_');
    words.flat_map(capitalized).collect()
}

fn capitalized(word: &str) -> impl Iterator<Item = char> {
    let mut rest = word.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest)
}

#[cfg(test)]
mod tests {
    use super::upper_camel;

    #[test]
    fn methods_become_types() {
        let cases = [
            ("add", "Add"),
            ("put_in", "PutIn"),
            ("r#type", "Type"),
            ("r#try_again", "TryAgain"),
            ("_hidden", "Hidden"),
            ("trailing_", "Trailing"),
            ("two__lines", "TwoLines"),
            ("get_2d", "Get2d"),
            ("öffnen", "Öffnen"),
            ("_1", "1"),
            ("_", ""),
        ];
        for (snake, camel) in cases {
            assert_eq!(upper_camel(snake), camel, "{snake}");
        }
    }
}
