//! Patterns in the digits themselves.

pub(super) fn one_digit(digits: &[u8]) -> bool {
    digits.iter().all(|d| Some(d) == digits.first())
}

/// A constant step of one or two, up or down, with 0 after 9.
pub(super) fn run(digits: &[u8]) -> bool {
    [1, 2, 8, 9].into_iter().any(|step| digits.windows(2).all(|pair| (pair[0] - b'0' + step) % 10 == pair[1] - b'0'))
}

/// A repeated block of at most half the length; the last repeat may be cut short.
pub(super) fn repeated_block(digits: &[u8]) -> bool {
    (1..=digits.len() / 2).any(|block| digits[block..].iter().zip(digits).all(|(later, earlier)| later == earlier))
}

/// Groups of equal digits, all of the same length, which is two or more.
pub(super) fn repeated_digits(digits: &[u8]) -> bool {
    (2..=digits.len() / 2)
        .filter(|group| digits.len().is_multiple_of(*group))
        .any(|group| digits.chunks(group).all(one_digit))
}

pub(super) fn palindrome(digits: &[u8]) -> bool {
    digits.iter().eq(digits.iter().rev())
}

/// At most two different digits among five or more. For four digits, this rule would refuse a sixteenth of the space,
/// mostly PINs like 7727 that hardly anybody chooses.
pub(super) fn few_digits(digits: &[u8]) -> bool {
    let Some(first) = digits.first() else { return false };
    let second = digits.iter().find(|d| *d != first).unwrap_or(first);
    digits.len() >= 5 && digits.iter().all(|d| d == first || d == second)
}
