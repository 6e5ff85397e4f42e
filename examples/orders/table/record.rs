//! CSV, strictly by RFC 4180.
//!
//! Readers that forgive a quote that is never closed swallow every later line into one cell, without a word.
//! A shop must not lose orders so: here the line is malformed, and reading goes on with the next.

use std::mem;

/// The cells of one record.
#[derive(Debug, PartialEq)]
pub(super) struct Record {
    /// The line the record begins at, from 1; a quoted cell may span several.
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
    /// Why the cell after the last of `cells` cannot be read, if that is so: what stands before it may
    /// still tell whose record this is.
    pub(super) malformed: Option<&'static str>,
}

/// The records of a file, blank lines left out.
pub(super) struct Records<'a> {
    rest: &'a [u8],
    line: u64,
}

impl<'a> Records<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), line: 1 }
    }

    fn skip(&mut self, bytes: usize) {
        let (read, rest) = self.rest.split_at(bytes);
        self.line += read.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.rest = rest;
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        while let blank @ 1.. = line_end(self.rest) {
            self.skip(blank);
        }
        if self.rest.is_empty() {
            return None;
        }
        let line = self.line;
        let mut cells = Vec::new();
        let malformed = match split(self.rest, &mut cells) {
            Ok(length) => {
                self.skip(length);
                None
            }
            Err(problem) => {
                // A quote may have swallowed good lines: the next try begins right after this one.
                let end = self.rest.iter().position(|byte| *byte == b'\n');
                self.skip(end.map_or(self.rest.len(), |end| end + 1));
                Some(problem)
            }
        };
        Some(Record { line, cells, malformed })
    }
}

/// The length of the line end that `bytes` begin with; 0 where there is none.
fn line_end(bytes: &[u8]) -> usize {
    match bytes {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => 0,
    }
}

/// Splits off one record; its length with the line end.
fn split(bytes: &[u8], cells: &mut Vec<String>) -> Result<usize, &'static str> {
    let mut at = 0;
    loop {
        let (cell, length) = match bytes.get(at) {
            Some(b'"') => quoted(&bytes[at..])?,
            _ => plain(&bytes[at..]),
        };
        cells.push(String::from_utf8(cell).map_err(|_| "not UTF-8")?);
        at += length;
        match &bytes[at..] {
            [b',', ..] => at += 1,
            rest => return Ok(at + line_end(rest)),
        }
    }
}

fn plain(bytes: &[u8]) -> (Vec<u8>, usize) {
    let ends = |at: &usize| bytes[*at] == b',' || line_end(&bytes[*at..]) > 0;
    let length = (0..bytes.len()).find(ends).unwrap_or(bytes.len());
    (bytes[..length].to_vec(), length)
}

fn quoted(bytes: &[u8]) -> Result<(Vec<u8>, usize), &'static str> {
    let mut cell = Vec::new();
    let mut at = 1;
    loop {
        match &bytes[at..] {
            [] => return Err("a quote is never closed"),
            [b'"', b'"', ..] => {
                cell.push(b'"');
                at += 2;
            }
            [b'"', rest @ ..] if rest.is_empty() || rest[0] == b',' || line_end(rest) > 0 => {
                return Ok((mem::take(&mut cell), at + 1));
            }
            [b'"', ..] => return Err("there is text after the closing quote"),
            [byte, ..] => {
                cell.push(*byte);
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Record> {
        Records::new(text.as_bytes()).collect()
    }

    fn record(line: u64, cells: &[&str]) -> Record {
        Record { line, cells: cells.iter().map(ToString::to_string).collect(), malformed: None }
    }

    fn malformed(line: u64, cells: &[&str], problem: &'static str) -> Record {
        Record { malformed: Some(problem), ..record(line, cells) }
    }

    #[test]
    fn cells_are_plain_quoted_or_empty() {
        let text = "\u{feff}a,b\r\n\"x, \"\"y\"\"\",\n\nGar\u{e7}on,\"two\nlines\"\nlast,";
        let first = [record(1, &["a", "b"]), record(2, &["x, \"y\"", ""])];
        let last = [record(4, &["Garçon", "two\nlines"]), record(6, &["last", ""])];
        assert_eq!(read(text), first.into_iter().chain(last).collect::<Vec<_>>());
    }

    #[test]
    fn an_open_quote_costs_its_own_line_only() {
        let read = read("1,a\n2,\"open\n3,\"c\"\n\"4,d\n5,e");
        let second = malformed(2, &["2"], "there is text after the closing quote");
        let fourth = malformed(4, &[], "a quote is never closed");
        let expected =
            [record(1, &["1", "a"]), second, record(3, &["3", "c"]), fourth, record(5, &["5", "e"])];
        assert_eq!(read, expected);
    }

    #[test]
    fn a_byte_that_is_not_utf8_costs_its_own_line_only() {
        let read: Vec<_> = Records::new(b"1,M\xfcnster\n2,b").collect();
        assert_eq!(read, [malformed(1, &["1"], "not UTF-8"), record(2, &["2", "b"])]);
    }
}
