//! A file with a header: rows whose cells are asked for by column name and by type.

use std::fs;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;

use super::error::{Complaint, TableError};
use super::record::{Record, Records};

/// A file that is wholly in memory.
pub(super) struct Sheet {
    file: PathBuf,
    bytes: Vec<u8>,
}

impl Sheet {
    pub(super) fn open(file: PathBuf) -> Result<Self, TableError> {
        match fs::read(&file) {
            Ok(bytes) => Ok(Self { file, bytes }),
            Err(error) => Err(TableError::Unreadable(file, error)),
        }
    }

    pub(super) fn complaint(&self, line: u64, column: &str, problem: String) -> Complaint {
        complaint(&self.file, line, column, problem)
    }

    /// Reads the header; each of `required` must be one of its columns.
    pub(super) fn rows(&self, required: &[&'static str]) -> Result<Rows<'_>, TableError> {
        let mut records = Records::new(&self.bytes);
        let no_header = |problem| TableError::NoHeader(self.file.clone(), problem);
        let header = records.next().ok_or_else(|| no_header("the file is empty"))?;
        if let Some(problem) = header.malformed {
            return Err(no_header(problem));
        }
        let columns: Vec<String> = header.cells.iter().map(|cell| cell.trim().to_owned()).collect();
        match required.iter().find(|name| !columns.iter().any(|column| column == *name)) {
            Some(column) => Err(TableError::NoColumn { file: self.file.clone(), line: header.line, column }),
            None => Ok(Rows { file: &self.file, columns, free_text: None, mended: 0, records }),
        }
    }
}

fn complaint(file: &Path, line: u64, column: &str, problem: String) -> Complaint {
    Complaint { file: file.to_owned(), line, field: column.to_owned(), problem }
}

/// The rows below the header.
pub(super) struct Rows<'a> {
    file: &'a Path,
    columns: Vec<String>,
    free_text: Option<usize>,
    /// How many rows had unquoted commas in their free text.
    pub(super) mended: u64,
    records: Records<'a>,
}

impl Rows<'_> {
    /// Names a column of free text. Published order tables leave the commas of street addresses unquoted
    /// ("Rua do Paço, 67"): a row with more cells than the header has them joined again in this column.
    pub(super) fn with_free_text(mut self, column: &str) -> Self {
        self.free_text = self.position(column);
        self
    }

    pub(super) fn next_row(&mut self) -> Option<Row<'_>> {
        let Record { line, mut cells, malformed } = self.records.next()?;
        let (found, width) = (cells.len(), self.columns.len());
        let misfit = match malformed {
            Some(problem) => Some((found, format!("malformed line: {problem}"))),
            None if found == width => None,
            None => match self.free_text {
                Some(text) if found > width => {
                    let joined = cells[text..=text + found - width].join(",");
                    cells.splice(text..=text + found - width, [joined]);
                    self.mended += 1;
                    None
                }
                _ => Some((
                    found.min(width),
                    format!("malformed line: {found} fields, the header has {width}"),
                )),
            },
        };
        Some(Row { rows: self, line, cells, misfit })
    }

    fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }
}

/// One row. Cells can be asked for even where it does not fit the header: an order's number may be readable
/// though the rest is not.
pub(super) struct Row<'a> {
    rows: &'a Rows<'a>,
    pub(super) line: u64,
    cells: Vec<String>,
    misfit: Option<(usize, String)>,
}

impl Row<'_> {
    /// Complains of a row that could not be split into the header's columns.
    pub(super) fn fits(&self) -> Result<(), Complaint> {
        let Some((cell, problem)) = &self.misfit else { return Ok(()) };
        let field = self.rows.columns.get(*cell).cloned().unwrap_or_else(|| format!("{}", cell + 1));
        Err(self.complaint(&field, problem.clone()))
    }

    /// A cell's text; `None` where it is empty or `NULL`, or the header has no such column.
    pub(super) fn text(&self, column: &str) -> Option<&str> {
        let cell = self.cells.get(self.rows.position(column)?)?.trim();
        (!cell.is_empty() && cell != "NULL").then_some(cell)
    }

    pub(super) fn required(&self, column: &str) -> Result<&str, Complaint> {
        self.text(column).ok_or_else(|| self.complaint(column, "has no value".to_owned()))
    }

    /// A whole number of at least `least`.
    pub(super) fn whole<N: TryFrom<i128>>(&self, column: &str, least: i128) -> Result<N, Complaint> {
        let text = self.required(column)?;
        let Ok(number) = text.parse::<i128>() else {
            return Err(self.complaint(column, format!("`{text}` is not a whole number")));
        };
        if number < 0 {
            return Err(self.complaint(column, format!("`{text}` is negative")));
        }
        if number < least {
            return Err(self.complaint(column, format!("`{text}` is less than {least}")));
        }
        N::try_from(number).map_err(|_| self.complaint(column, format!("`{text}` is too large")))
    }

    /// A decimal of at least zero.
    pub(super) fn decimal(&self, column: &str) -> Result<Decimal, Complaint> {
        let text = self.required(column)?;
        match Decimal::from_str_exact(text) {
            Ok(number) if number.is_sign_negative() && !number.is_zero() => {
                Err(self.complaint(column, format!("`{text}` is negative")))
            }
            Ok(number) => Ok(number),
            Err(_) => Err(self.complaint(column, format!("`{text}` is not a decimal number"))),
        }
    }

    pub(super) fn complaint(&self, column: &str, problem: String) -> Complaint {
        complaint(self.rows.file, self.line, column, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Sheet {
        Sheet { file: PathBuf::from("t.csv"), bytes: text.as_bytes().to_vec() }
    }

    fn complaint(line: u64, field: &str, problem: &str) -> Complaint {
        Complaint { file: "t.csv".into(), line, field: field.into(), problem: problem.into() }
    }

    #[test]
    fn cells_are_found_by_column_wherever_it_stands() {
        let sheet = sheet("b,a,c\n2,1,NULL\n");
        let mut rows = sheet.rows(&["a", "b"]).unwrap();
        let row = rows.next_row().unwrap();
        assert_eq!(row.fits(), Ok(()));
        assert_eq!((row.whole("a", 0), row.whole("b", 0)), (Ok(1_u32), Ok(2_u32)));
        assert_eq!((row.text("c"), row.text("d")), (None, None));
        assert_eq!(row.required("c"), Err(complaint(2, "c", "has no value")));
    }

    #[test]
    fn numbers_say_what_is_wrong_with_them() {
        let sheet = sheet("a,b,c,d\n-3,x,99999999999,0.5\n");
        let mut rows = sheet.rows(&[]).unwrap();
        let row = rows.next_row().unwrap();
        assert_eq!(row.whole::<u32>("a", 1), Err(complaint(2, "a", "`-3` is negative")));
        assert_eq!(row.whole::<u32>("b", 1), Err(complaint(2, "b", "`x` is not a whole number")));
        assert_eq!(row.whole::<u32>("c", 1), Err(complaint(2, "c", "`99999999999` is too large")));
        assert_eq!(row.decimal("a"), Err(complaint(2, "a", "`-3` is negative")));
        assert_eq!(row.decimal("b"), Err(complaint(2, "b", "`x` is not a decimal number")));
        assert_eq!(row.decimal("d"), Ok(Decimal::new(5, 1)));
    }

    #[test]
    fn a_row_must_fit_the_header_but_for_commas_in_free_text() {
        let sheet = sheet("id,address,country\n1,Rua do Paço, 67,Brazil\n2,here\n3,\"x,y\n");
        let mut rows = sheet.rows(&[]).unwrap();
        let misfit = rows.next_row().unwrap().fits();
        assert_eq!(misfit, Err(complaint(2, "4", "malformed line: 4 fields, the header has 3")));

        let mut rows = sheet.rows(&[]).unwrap().with_free_text("address");
        let row = rows.next_row().unwrap();
        assert_eq!((row.fits(), row.text("address")), (Ok(()), Some("Rua do Paço, 67")));
        assert_eq!(row.text("country"), Some("Brazil"));
        let row = rows.next_row().unwrap();
        assert_eq!((row.text("id"), row.text("country")), (Some("2"), None));
        assert_eq!(row.fits(), Err(complaint(3, "country", "malformed line: 2 fields, the header has 3")));
        let row = rows.next_row().unwrap();
        let problem = "malformed line: a quote is never closed";
        assert_eq!((row.text("id"), row.fits()), (Some("3"), Err(complaint(4, "address", problem))));
    }

    #[test]
    fn a_file_without_its_columns_is_refused() {
        let text = |rows: Result<Rows<'_>, TableError>| rows.err().map(|error| error.to_string());
        let message = "t.csv, line 1, field b: the header has no such column";
        assert_eq!(text(sheet("a,c\n").rows(&["a", "b"])).as_deref(), Some(message));
        assert_eq!(
            text(sheet("").rows(&[])).as_deref(),
            Some("t.csv, line 1: the header: the file is empty")
        );
    }
}
