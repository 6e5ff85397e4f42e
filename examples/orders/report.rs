//! What is printed at the end.

use std::fmt;
use std::time::Duration;

use crate::books::{Audit, Totals};

/// All that the summary line says.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) totals: Totals,
    pub(crate) audit: Audit,
    pub(crate) restarts: u64,
    pub(crate) dead_letters: u64,
    pub(crate) elapsed: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.countries(f)?;
        self.categories(f)?;
        let (orders, seconds) = (self.totals.orders(), self.elapsed.as_secs_f64());
        let rate = orders as f64 / seconds.max(f64::MIN_POSITIVE);
        writeln!(f, "{orders} orders in {seconds:.2} s: {rate:.0} orders/s\n")?;
        self.summary(f)
    }
}

impl Report {
    /// Whether every order has its end, and no effect took place twice.
    pub(crate) fn adds_up(&self) -> bool {
        self.audit.lost == 0 && self.audit.duplicated == 0
    }

    fn countries(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<20} {:>9} {:>9} {:>11} {:>16}",
            "country", "shipped", "rejected", "compensated", "revenue"
        )?;
        for (name, country) in self.totals.countries() {
            let (shipped, rejected, compensated) = (country.shipped, country.rejected, country.compensated);
            writeln!(f, "{name:<20} {shipped:>9} {rejected:>9} {compensated:>11} {:>16}", country.revenue)?;
        }
        writeln!(f)
    }

    fn categories(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<20} {:>9} {:>9} {:>28}", "category", "lines", "units", "revenue")?;
        for (name, category) in self.totals.categories() {
            writeln!(f, "{name:<20} {:>9} {:>9} {:>28}", category.lines, category.units, category.revenue)?;
        }
        writeln!(f)
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { totals, audit, restarts, dead_letters, .. } = self;
        write!(f, "summary orders={} lines={} ", totals.orders() + audit.lost, totals.lines())?;
        write!(f, "shipped={} rejected={} ", totals.shipped(), totals.rejected())?;
        write!(f, "compensated={} revenue={} ", totals.compensated(), totals.revenue())?;
        write!(f, "refunded={} restarts={restarts} dead_letters={dead_letters} ", totals.refunded())?;
        write!(f, "lost={} duplicated={}", audit.lost, audit.duplicated)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::books::{Booking, Books, Effect, Outcome};
    use crate::generator;

    #[test]
    fn the_last_line_is_the_summary() {
        let mut books = Books::new(Arc::new(generator::catalog(1)));
        let order = generator::Orders::new(1).next().unwrap();
        let lines = order.lines.len();
        books.place(Arc::new(order));
        books.book(Booking { number: 1, effect: Effect::Ended { outcome: Outcome::Rejected } });
        let (totals, audit) = (books.totals().clone(), books.audit(3));
        let elapsed = Duration::from_millis(500);
        let text = Report { totals, audit, restarts: 4, dead_letters: 5, elapsed }.to_string();
        assert!(text.contains("1 orders in 0.50 s: 2 orders/s\n"), "{text}");
        let expected = format!(
            "summary orders=3 lines={lines} shipped=0 rejected=1 compensated=0 revenue=0.00 refunded=0.00 \
             restarts=4 dead_letters=5 lost=2 duplicated=0"
        );
        assert_eq!(text.lines().last(), Some(&*expected));
    }
}
