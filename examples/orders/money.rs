//! Amounts of money in exact decimals: an operation that would have to round says so instead.

use std::fmt;
use std::iter::Sum;

use rust_decimal::{Decimal, RoundingStrategy};

/// The product of `factors`, or `None` where 28 digits cannot hold it exactly.
pub(crate) fn exact_product(factors: &[Decimal]) -> Option<Decimal> {
    let mut product = Decimal::ONE;
    for factor in factors {
        let (left, right) = (product.normalize(), factor.normalize());
        let mantissa = left.mantissa().checked_mul(right.mantissa())?;
        product = Decimal::try_from_i128_with_scale(mantissa, left.scale() + right.scale()).ok()?;
    }
    Some(product.normalize())
}

/// The sum of two amounts, or `None` where 28 digits cannot hold it exactly.
pub(crate) fn exact_sum(left: Decimal, right: Decimal) -> Option<Decimal> {
    let scale = left.scale().max(right.scale());
    let mantissa = aligned(left, scale)?.checked_add(aligned(right, scale)?)?;
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

fn aligned(amount: Decimal, scale: u32) -> Option<i128> {
    amount.mantissa().checked_mul(10_i128.checked_pow(scale - amount.scale())?)
}

/// A sum of any number of amounts. Whole units and the part below one are kept apart, so that a long
/// fraction never pushes digits of a large sum out of the decimal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    units: i128,
    part: Decimal,
}

impl Total {
    pub(crate) fn add(&mut self, amount: Decimal) {
        let part = self.part + amount.fract();
        self.units += amount.trunc().mantissa() + part.trunc().mantissa();
        self.part = part.fract();
    }
}

impl Sum for Total {
    fn sum<I: Iterator<Item = Self>>(totals: I) -> Self {
        let mut sum = Self::default();
        for Self { units, part } in totals {
            sum.units += units;
            sum.add(part);
        }
        sum
    }
}

/// Two decimals, rounded half up: the only place where money is rounded.
impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.part.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        let cents = (cents * Decimal::ONE_HUNDRED).trunc().mantissa();
        f.pad(&format!("{}.{:02}", self.units + cents / 100, cents % 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn products_are_exact_or_refused() {
        let product = exact_product(&[decimal("14.00"), decimal("12"), decimal("0.85")]);
        assert_eq!(product, Some(decimal("142.8")));
        let fine = decimal("0.9500000000000000000000000001");
        assert_eq!(exact_product(&[fine, decimal("1.01")]), None);
        assert_eq!(exact_product(&[Decimal::MAX, decimal("10")]), None);
    }

    #[test]
    fn sums_are_exact_or_refused() {
        assert_eq!(exact_sum(decimal("0.1"), decimal("0.25")), Some(decimal("0.35")));
        assert_eq!(exact_sum(Decimal::MAX, decimal("0.1")), None);
    }

    #[test]
    fn totals_round_half_up_once() {
        let mut total = Total::default();
        assert_eq!(total.to_string(), "0.00");
        total.add(decimal("0.0025"));
        assert_eq!(total.to_string(), "0.00");
        total.add(decimal("0.0025"));
        assert_eq!(total.to_string(), "0.01");
        total.add(decimal("1265793.99"));
        assert_eq!(total.to_string(), "1265794.00");
    }

    #[test]
    fn a_long_fraction_does_not_cost_a_large_total_its_cents() {
        let mut total = Total::default();
        total.add(decimal("79228162514264337593543950335"));
        total.add(decimal("79228162514264337593543950335"));
        total.add(decimal("0.0000000000000000000000000001"));
        total.add(decimal("0.0149999999999999999999999999"));
        assert_eq!(total.to_string(), "158456325028528675187087900670.02");
    }
}
