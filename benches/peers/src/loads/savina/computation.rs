//! The little work that the suite's workers do with a message.

/// Always 1, but the compiler does not know.
pub(super) fn compute(angle: f64) -> u64 {
    let sine = std::hint::black_box(angle).sin();
    u64::from(sine * sine > 0.0)
}
