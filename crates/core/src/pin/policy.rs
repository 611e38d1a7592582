//! Rules for PINs that are too easy to guess.
//!
//! People choose PINs by a few rules: three guesses find a fifth of all four-digit PINs. Refusing about a tenth of the
//! space does the most good; a longer list mostly annoys people (Markert et al., "This PIN Can Be Easily Guessed",
//! 2020). So this module refuses what those rules produce, and the tests count how many PINs that is.
//!
//! Only enrolment applies these rules. An existing PIN is verified even if it is weak.

mod date;
mod keypad;
mod pattern;

use std::fmt;

/// Why a PIN is too easy to guess. Never holds or prints the PIN itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weakness {
    /// The PIN is part of the caller's account number, or contains it.
    AccountNumber,
    /// 0000.
    OneDigit,
    /// 1234, 9876, 7890, and in steps of two: 2468.
    Run,
    /// 1212, 123123, also when the last repeat is cut short: 12121.
    RepeatedBlock,
    /// 1122, 111222.
    RepeatedDigits,
    /// 1221, 12321.
    Palindrome,
    /// Five or more digits, but at most two different ones.
    FewDigits,
    /// A year from 1900 to 2049.
    Year,
    /// A calendar date, with or without its year, in any usual order; six digits may also be a month and year.
    Date,
    /// A line, a corner pattern or a path between neighbouring keys.
    KeypadPattern,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccountNumber => "The PIN must not be part of the account number or contain it.",
            Self::OneDigit => "The PIN must not be a single repeated digit.",
            Self::Run => "The PIN must not count up or down.",
            Self::RepeatedBlock => "The PIN must not repeat a shorter group of digits.",
            Self::RepeatedDigits => "The PIN must not consist of repeated digits.",
            Self::Palindrome => "The PIN must not read the same forwards and backwards.",
            Self::FewDigits => "The PIN must have at least three different digits.",
            Self::Year => "The PIN must not be a year.",
            Self::Date => "The PIN must not be a date.",
            Self::KeypadPattern => "The PIN must not follow a simple pattern on the telephone keypad.",
        })
    }
}

/// Returns why this PIN is easy to guess, or `None` if no rule applies.
///
/// Takes 4 to 12 normalised ASCII digits; any other text returns `None`. The running time depends on the PIN, so this
/// is for enrolment only, not for verification.
#[must_use]
pub fn weakness(pin_digits: &str) -> Option<Weakness> {
    type Rule = fn(&[u8]) -> bool;
    let digits = Some(pin_digits.as_bytes()).filter(|bytes| bytes.iter().all(u8::is_ascii_digit))?;
    let rules: [(Rule, Weakness); 9] = [
        (pattern::one_digit, Weakness::OneDigit),
        (pattern::run, Weakness::Run),
        (pattern::repeated_block, Weakness::RepeatedBlock),
        (pattern::repeated_digits, Weakness::RepeatedDigits),
        (pattern::palindrome, Weakness::Palindrome),
        (pattern::few_digits, Weakness::FewDigits),
        (date::year, Weakness::Year),
        (date::date, Weakness::Date),
        (keypad::pattern, Weakness::KeypadPattern),
    ];
    rules.into_iter().find(|(breaks, _)| breaks(digits)).map(|(_, weakness)| weakness)
}

/// Like [`weakness`], but also refuses PINs that the caller's account number gives away.
///
/// Only the ASCII digits of `user_id` count ("AB-12 34" is 1234). Fewer than four digits cannot make a PIN weak by
/// being part of it.
#[must_use]
pub fn weakness_for(pin_digits: &str, user_id: &str) -> Option<Weakness> {
    let account: String = user_id.chars().filter(char::is_ascii_digit).collect();
    let reveals = account.contains(pin_digits) || (account.len() >= 4 && pin_digits.contains(&account));
    if reveals { Some(Weakness::AccountNumber) } else { weakness(pin_digits) }
}

#[cfg(test)]
mod tests;
