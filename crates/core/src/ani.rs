//! Calling numbers, in the one form under which they are counted.

use std::fmt;

/// A calling number (ANI) in one form: its digits, without the North American 1 before ten others. It can be forged, so
/// it is good for counting alone. All who withhold theirs are one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ani(String);

impl Ani {
    /// Brings a number to its one form; words such as `anonymous`, or nothing, mean that it is withheld.
    #[must_use]
    pub fn parse(text: Option<&str>) -> Self {
        let digits: String = text.unwrap_or_default().chars().filter(char::is_ascii_digit).take(32).collect();
        match digits.strip_prefix('1') {
            Some(national) if national.len() == 10 => Self(national.to_owned()),
            _ if digits.is_empty() => Self("withheld".to_owned()),
            _ => Self(digits),
        }
    }

    /// The digits, or `withheld`. It belongs to a person: not for logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Ani {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ani([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_share_a_counter() {
        for given in ["8005550100", "+1 800 555-0100", "18005550100"] {
            assert_eq!(Ani::parse(Some(given)).as_str(), "8005550100", "{given}");
        }
        assert_eq!(Ani::parse(Some("111-444444444")).as_str(), "111444444444");
    }

    #[test]
    fn withheld_numbers_are_one() {
        for given in [None, Some(""), Some("anonymous"), Some("Private")] {
            assert_eq!(Ani::parse(given).as_str(), "withheld");
        }
    }
}
