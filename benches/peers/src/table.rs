//! The one table: a row for each number of a load, a column for each framework, and how far ahead ours is.

use crate::frameworks::Name;
use crate::loads::Unit;
use crate::rounds::Results;
use crate::statistics::{geometric_mean, median, ratio};

const OURS: Name = Name::Actors;

/// The table in Markdown, aligned so that it reads well in a terminal too.
pub(crate) fn render(results: &Results) -> String {
    let rows = rows(results);
    let mut lines = vec![heads(&results.frameworks)];
    lines.extend(rows.iter().map(Row::cells));
    lines.push(means(&results.frameworks, &rows));
    aligned(&lines)
}

/// The medians of one number of a load.
struct Row {
    label: String,
    unit: Unit,
    is_in_mean: bool,
    medians: Vec<(Name, Option<f64>)>,
}

fn rows(results: &Results) -> Vec<Row> {
    let mut rows = Vec::new();
    for &load in &results.loads {
        for (number, (label, unit)) in load.rows().into_iter().enumerate() {
            let median = |name| median(&results.numbers(load, name, number));
            let medians = results.frameworks.iter().map(|&name| (name, median(name))).collect();
            let is_in_mean = load.is_in_mean() && unit == Unit::Nanoseconds;
            rows.push(Row { label, unit, is_in_mean, medians });
        }
    }
    rows
}

impl Row {
    fn median(&self, wanted: Name) -> Option<f64> {
        self.medians.iter().find(|(name, _)| *name == wanted).and_then(|(_, median)| *median)
    }

    /// How many times as much a peer needs as ours.
    fn ratio(&self, peer: Name) -> Option<f64> {
        ratio(self.median(peer)?, self.median(OURS)?)
    }

    /// The ratio of the peer that needs least.
    fn best_ratio(&self) -> Option<f64> {
        let peers = self.medians.iter().filter(|(name, _)| *name != OURS);
        peers.filter_map(|(name, _)| self.ratio(*name)).min_by(f64::total_cmp)
    }

    fn cells(&self) -> Vec<String> {
        let numbers =
            self.medians.iter().map(|(_, median)| or_dash(median.map(|median| self.unit.show(median))));
        [self.label.clone()].into_iter().chain(numbers).chain([show_ratio(self.best_ratio())]).collect()
    }
}

impl Unit {
    fn show(self, number: f64) -> String {
        let decimals = if self == Self::Nanoseconds && number < 100.0 { 1 } else { 0 };
        format!("{number:.decimals$}")
    }
}

fn heads(frameworks: &[Name]) -> Vec<String> {
    let names = frameworks.iter().map(ToString::to_string);
    ["load".to_owned()].into_iter().chain(names).chain([format!("best peer / {OURS}")]).collect()
}

/// How many times as long each peer, and the best of them, needs in the mean. Memory is not time and stays out.
fn means(frameworks: &[Name], rows: &[Row]) -> Vec<String> {
    let times = || rows.iter().filter(|row| row.is_in_mean);
    let mean = |ratios: Vec<f64>| show_ratio(geometric_mean(&ratios));
    let of_each = frameworks.iter().map(|&name| match name {
        OURS => String::new(),
        peer => mean(times().filter_map(|row| row.ratio(peer)).collect()),
    });
    let best = mean(times().filter_map(Row::best_ratio).collect());
    [format!("geometric mean of times, peer / {OURS}")].into_iter().chain(of_each).chain([best]).collect()
}

fn show_ratio(ratio: Option<f64>) -> String {
    or_dash(ratio.map(|ratio| format!("{ratio:.2}")))
}

fn or_dash(cell: Option<String>) -> String {
    cell.unwrap_or_else(|| "–".to_owned())
}

/// Lines of cells as a Markdown table: the first line is its head, the first column is text, the others are numbers.
fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines[0].len();
    let width =
        |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut table = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (column, cell) in line.iter().enumerate() {
            let width = widths[column];
            table += &if column == 0 { format!("| {cell:<width$} |") } else { format!(" {cell:>width$} |") };
        }
        table.push('\n');
        if number == 0 {
            let rule = |column: usize| "-".repeat(widths[column] + 1);
            table += &format!("|{}-|", rule(0));
            (1..columns).for_each(|column| table += &format!("{}:|", rule(column)));
            table.push('\n');
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::frameworks::Name::{Actix, Actors, Kameo};
    use crate::loads::{Load, Outcome};
    use crate::rounds::Results;

    fn outcome(number: f64) -> Outcome {
        Outcome { operations: 1, numbers: vec![number] }
    }

    #[test]
    fn the_table_shows_medians_ratios_and_means() {
        let loads = vec![Load::Tell, Load::TellBounded, Load::ActorBytes];
        let mut results = Results::new(loads, vec![Actors, Kameo, Actix]);
        for (load, framework, numbers) in [
            (Load::Tell, Actors, [50.0, 40.0, 1000.0]),
            (Load::Tell, Kameo, [400.0, 401.0, 1.0]),
            (Load::Tell, Actix, [100.0, 100.0, 100.0]),
            (Load::TellBounded, Actors, [100.0; 3]),
            (Load::TellBounded, Kameo, [50.0; 3]),
            (Load::ActorBytes, Actors, [500.0; 3]),
            (Load::ActorBytes, Kameo, [7000.0; 3]),
            (Load::ActorBytes, Actix, [1000.0; 3]),
        ] {
            numbers.into_iter().for_each(|number| results.add(load, framework, outcome(number)));
        }
        let expected = "\
            | load                                  | actors | kameo | actix | best peer / actors |\n\
            |---------------------------------------|-------:|------:|------:|-------------------:|\n\
            | tell                                  |   50.0 |   400 |   100 |               2.00 |\n\
            | tell_bounded                          |    100 |  50.0 |     – |               0.50 |\n\
            | actor_bytes, bytes                    |    500 |  7000 |  1000 |               2.00 |\n\
            | geometric mean of times, peer / actors |        |  2.00 |  2.00 |               1.00 |\n";
        let squeeze = |table: &str| table.split_whitespace().collect::<Vec<_>>().join(" ").replace('-', "");
        assert_eq!(squeeze(&render(&results)), squeeze(expected));
        let table = render(&results);
        let widths: Vec<_> = table.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{table}");
    }
}
