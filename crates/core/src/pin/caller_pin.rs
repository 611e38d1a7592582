//! What a caller keys.
//!
//! A PIN has one form ([`crate::keyed`]): Unicode NFKC, without white space, control characters and trailing `#`. What is
//! left is compared; nothing else is forgiven.
//!
//! [`CallerPin`] and [`Guess`] clear their memory. What was read before them cannot be cleared: the Lambda event and its
//! JSON value, the request's body or query, and the answers that a flow's templates see. Those belong to other libraries
//! or live as long as the request, and their allocations are freed without being overwritten.

use crate::keyed::keyed_pin;
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// A PIN that can be enrolled: 4 to 12 digits. Prints as `[redacted]`, clears its memory.
#[derive(Clone, PartialEq, Eq)]
pub struct CallerPin(Zeroizing<String>);

/// What is wrong with a PIN that is to be enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPin {
    /// Too short or too long.
    #[error("a PIN has 4 to 12 digits")]
    Length,
    /// Letters, `*`, an inner `#`.
    #[error("a PIN has digits only")]
    NotDigits,
}

impl CallerPin {
    /// Brings a PIN to its one form.
    ///
    /// # Errors
    /// [`InvalidPin::NotDigits`] if anything but ASCII digits is left, [`InvalidPin::Length`] if there are not
    /// 4 to 12 of them.
    pub fn parse(text: &str) -> Result<Self, InvalidPin> {
        let digits = keyed_pin(text);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(InvalidPin::NotDigits);
        }
        if !(4..=12).contains(&digits.len()) {
            return Err(InvalidPin::Length);
        }
        Ok(Self(digits))
    }

    /// The digits, for the policy against weak PINs.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CallerPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallerPin([redacted])")
    }
}

/// Anything that a caller keyed where a PIN was asked for. What cannot be a PIN is a guess all the same: it is counted
/// and can never be right. Prints as `[redacted]`, clears its memory.
#[derive(Clone)]
pub struct Guess(Zeroizing<Vec<u8>>);

impl Guess {
    /// Brings keyed input to its one form; `None` if nothing was keyed, which does not count as an attempt.
    #[must_use]
    pub fn keyed(text: &str) -> Option<Self> {
        // Nobody can key this much. It still counts as an attempt, and no more work is done for it.
        if text.len() > 256 {
            return Some(Self::impossible(text.as_bytes()));
        }
        let digits = keyed_pin(text);
        if digits.is_empty() {
            return None;
        }
        Some(match CallerPin::parse(&digits) {
            Ok(pin) => Self::from(&pin),
            Err(_) => Self::impossible(digits.as_bytes()),
        })
    }

    /// A guess for input longer than anybody can key: it is never right.
    #[must_use]
    pub(crate) fn unreadable() -> Self {
        Self::impossible(&[])
    }

    fn impossible(input: &[u8]) -> Self {
        // The mark keeps it apart from every PIN; the digest keeps different inputs apart from each other, so that
        // only the same input can be taken for a repetition.
        let mut bytes = Zeroizing::new(vec![b'!']);
        bytes.extend_from_slice(&Sha256::digest(input));
        Self(bytes)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&CallerPin> for Guess {
    fn from(pin: &CallerPin) -> Self {
        Self(Zeroizing::new(pin.0.as_bytes().to_vec()))
    }
}

impl fmt::Debug for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guess([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyed_digits_have_one_form() {
        for given in ["4711", "4711#", " 4711 ## ", "４７１１", "4 7 1 1", "47\t11\0", "4711＃"] {
            assert_eq!(CallerPin::parse(given).unwrap().digits(), "4711", "{given:?}");
            assert_eq!(Guess::keyed(given).unwrap().as_bytes(), b"4711", "{given:?}");
        }
    }

    #[test]
    fn a_pin_has_4_to_12_digits() {
        for (given, wrong) in [
            ("471", InvalidPin::Length),
            ("1234567890123", InvalidPin::Length),
            ("", InvalidPin::Length),
            ("47#11", InvalidPin::NotDigits),
            ("471a", InvalidPin::NotDigits),
            ("-4711", InvalidPin::NotDigits),
            ("\u{661}\u{662}\u{663}\u{664}", InvalidPin::NotDigits),
        ] {
            assert_eq!(CallerPin::parse(given), Err(wrong), "{given:?}");
        }
        assert!(CallerPin::parse("123456789012").is_ok());
    }

    #[test]
    fn what_cannot_be_a_pin_is_a_guess_that_is_never_right() {
        let impossible = Guess::keyed("47a1").unwrap();
        assert!(impossible.as_bytes().starts_with(b"!"));
        assert_ne!(impossible.as_bytes(), Guess::keyed("47b1").unwrap().as_bytes());
        assert!(Guess::keyed(&"4711 ".repeat(100)).unwrap().as_bytes().starts_with(b"!"));
        let padded = |length: usize| Guess::keyed(&format!("{:length$}", "4711")).unwrap();
        assert_eq!(padded(256).as_bytes(), b"4711");
        assert!(padded(257).as_bytes().starts_with(b"!"));
    }

    #[test]
    fn nothing_keyed_is_no_guess() {
        assert!(["", " ", "#", "# #"].into_iter().all(|text| Guess::keyed(text).is_none()));
    }

    #[test]
    fn pins_and_guesses_do_not_print() {
        let shown = format!("{:?} {:?}", CallerPin::parse("4711"), Guess::keyed("4711"));
        assert!(!shown.contains("4711"), "{shown}");
    }
}
