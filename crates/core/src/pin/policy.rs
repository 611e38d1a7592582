//! Which PINs are too easy to guess to be given to a caller.
//!
//! People choose PINs by few rules: three guesses win a fifth of all four-digit ones. Refusing about a tenth of the
//! space does most good, a longer list mostly annoys (Markert et al., "This PIN Can Be Easily Guessed", 2020). So the
//! list here is made of those rules; the tests count what they refuse.
//!
//! Only enrolment asks. A PIN that somebody already has is verified whatever it looks like.

mod date;
mod keypad;
mod pattern;

use std::fmt;

/// Why a PIN is too easy to guess. Never holds or prints the PIN itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weakness {
    /// The PIN stands in the caller's account number, or the account number in the PIN.
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
    /// Five digits or more, but only two different ones.
    FewDigits,
    /// A year from 1900 to 2049.
    Year,
    /// A day of the calendar, with or without its year, in any usual order; with six digits also a month of a year.
    Date,
    /// A line, a corner pattern or a path from key to neighbouring key.
    KeypadPattern,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccountNumber => "The PIN must not be part of the account number, nor contain it.",
            Self::OneDigit => "The PIN must not be one digit over and over.",
            Self::Run => "The PIN must not count up or down.",
            Self::RepeatedBlock => "The PIN must not repeat a shorter group of digits.",
            Self::RepeatedDigits => "The PIN must not be made of pairs or longer repeats of the same digit.",
            Self::Palindrome => "The PIN must not read the same forwards and backwards.",
            Self::FewDigits => "The PIN must have at least three different digits.",
            Self::Year => "The PIN must not be a year.",
            Self::Date => "The PIN must not be a date.",
            Self::KeypadPattern => "The PIN must not draw a simple pattern on the telephone's keys.",
        })
    }
}

/// What makes these digits easy to guess for anybody; `None` where no rule finds anything.
///
/// Takes 4 to 12 ASCII digits, already brought to their one form; anything but digits is no PIN and is not judged. Not
/// constant in time: for enrolment, not for verification.
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

/// As [`weakness`], and also what makes these digits easy to guess for somebody who knows the caller's account number.
///
/// Of `user_id` only the ASCII digits count ("AB-12 34" is 1234); fewer than four of them give nothing away.
#[must_use]
pub fn weakness_for(pin_digits: &str, user_id: &str) -> Option<Weakness> {
    let account: String = user_id.chars().filter(char::is_ascii_digit).collect();
    let reveals = account.contains(pin_digits) || (account.len() >= 4 && pin_digits.contains(&account));
    if reveals { Some(Weakness::AccountNumber) } else { weakness(pin_digits) }
}

#[cfg(test)]
mod tests;
