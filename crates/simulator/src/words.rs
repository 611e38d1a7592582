//! How secrets are shown.

/// What is shown for each digit of a secret.
pub const DOT: char = '•';

/// As many dots as a secret has digits, at most 12.
#[must_use]
pub fn dots(count: usize) -> String {
    std::iter::repeat_n(DOT, count.min(12)).collect()
}
