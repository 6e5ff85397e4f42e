//! The arithmetic of the table.

/// The middle one; of an even number, the mean of the two in the middle. `None` of nothing, or of what is no number.
pub(crate) fn median(numbers: &[f64]) -> Option<f64> {
    if numbers.is_empty() || numbers.iter().any(|number| number.is_nan()) {
        return None;
    }
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    Some(if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 })
}

/// How many times as much theirs is as ours; above 1 where ours is better. `None` if ours is nothing.
pub(crate) fn ratio(theirs: f64, ours: f64) -> Option<f64> {
    (ours > 0.0).then(|| theirs / ours)
}

/// The mean in which twice as good and half as good cancel out. `None` of nothing.
pub(crate) fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (!ratios.is_empty()).then(|| (logarithms / ratios.len() as f64).exp())
}

#[test]
fn a_median_is_in_the_middle_whatever_the_order() {
    assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(&[4.0, 1.0, 2.0, 30.0]), Some(3.0));
    assert_eq!(median(&[7.5]), Some(7.5));
    assert_eq!(median(&[]), None);
    assert_eq!(median(&[1.0, f64::NAN]), None);
}

#[test]
fn a_ratio_is_above_one_where_ours_is_better() {
    assert_eq!(ratio(300.0, 100.0), Some(3.0));
    assert_eq!(ratio(50.0, 100.0), Some(0.5));
    assert_eq!(ratio(50.0, 0.0), None);
}

#[test]
fn twice_and_half_as_good_are_one_in_the_mean() {
    let mean = |ratios: &[f64]| geometric_mean(ratios).map(|mean| (mean * 1e9).round() / 1e9);
    assert_eq!(mean(&[2.0, 0.5]), Some(1.0));
    assert_eq!(mean(&[1.0, 10.0, 100.0]), Some(10.0));
    assert_eq!(mean(&[]), None);
}
