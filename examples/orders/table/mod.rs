//! The order table on disk: three or four CSV files in one directory.
//!
//! ```text
//! record   bytes            -> records of cells, with the line each began at
//! sheet    records + header -> rows whose cells are asked for by column and type
//! orders   sheets           -> the catalog and the orders; what is wrong is complained of and left out
//! ```

mod error;
mod orders;
mod record;
mod sheet;

pub(crate) use error::TableError;
pub(crate) use orders::load;
