//! How numbers and secrets are written for people.

/// What is shown for each digit of a secret.
pub const DOT: char = '•';

/// As many dots as a secret has digits, at most 12.
#[must_use]
pub fn dots(count: usize) -> String {
    std::iter::repeat_n(DOT, count.min(12)).collect()
}

/// A North American number as people write it; any other text as it is.
///
/// ```
/// # use ringbolt_simulator::phone;
/// assert_eq!(phone("2125550142"), "(212) 555-0142");
/// assert_eq!(phone("anonymous"), "anonymous");
/// ```
#[must_use]
pub fn phone(number: &str) -> String {
    let digits = number.strip_prefix("+1").unwrap_or(number);
    if digits.len() != 10 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return number.to_owned();
    }
    format!("({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..])
}
