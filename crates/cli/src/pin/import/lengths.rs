//! The lengths of the PINs in a file, which show whether a spreadsheet has dropped leading zeros.

use ringbolt_core::text::{counted, grouped};

/// The longest PIN, in digits.
const LONGEST: usize = 12;

/// With fewer PINs than this, it can be chance that none begins with 0.
const ENOUGH: u64 = 50;

/// Counts PINs by length.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PinLengths {
    /// By number of digits, from 0. PINs that are too short are counted, too.
    pins: [u64; LONGEST + 1],
    with_leading_zero: u64,
}

impl PinLengths {
    /// Counts a PIN. Text that is not all digits, or too long, is ignored.
    pub(crate) fn count(&mut self, pin: &str) {
        let digits = !pin.is_empty() && pin.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(pins) = self.pins.get_mut(pin.len()).filter(|_| digits) {
            *pins += 1;
            self.with_leading_zero += u64::from(pin.starts_with('0'));
        }
    }

    /// The counts in a clause, if the PINs have different lengths.
    pub(crate) fn clause(&self) -> Option<String> {
        let counts: Vec<String> = self
            .pins
            .iter()
            .enumerate()
            .filter(|(_, pins)| **pins > 0)
            .map(|(digits, pins)| format!("{} with {}", grouped(*pins), counted(digits, "digit")))
            .collect();
        (counts.len() > 1).then(|| format!("PINs by length: {}", counts.join(", ")))
    }

    /// The length that all PINs seem to have had, if a spreadsheet seems to have dropped leading zeros: most PINs have this
    /// length, the others are shorter, and none begins with 0.
    pub(crate) fn damaged(&self) -> Option<usize> {
        let all: u64 = self.pins.iter().sum();
        let longest = self.pins.iter().rposition(|pins| *pins > 0)?;
        let usual = self.pins[longest];
        (all >= ENOUGH && usual < all && 5 * usual >= 4 * all && self.with_leading_zero == 0).then_some(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(pins: impl IntoIterator<Item = u32>) -> PinLengths {
        let mut lengths = PinLengths::default();
        pins.into_iter().for_each(|pin| lengths.count(&pin.to_string()));
        lengths
    }

    #[test]
    fn dropped_zeros_are_told_from_pins_of_different_lengths() {
        let saved_as_integers = || (0..100_u32).map(|number| if number % 10 == 0 { 12_345 } else { 123_456 });
        assert_eq!(lengths(saved_as_integers()).damaged(), Some(6));
        assert_eq!(lengths(saved_as_integers().take(40)).damaged(), None, "too few to say");
        assert_eq!(lengths((0..100).map(|_| 123_456)).damaged(), None, "one length");
        assert_eq!(lengths((0..100).map(|number| if number % 2 == 0 { 1_234 } else { 123_456 })).damaged(), None);
        let mut with_zeros = lengths(saved_as_integers());
        with_zeros.count("012345");
        assert_eq!(with_zeros.damaged(), None, "leading zeros are there");
        assert_eq!(PinLengths::default().damaged(), None);
    }

    #[test]
    fn counts_are_said_only_if_they_differ() {
        assert_eq!(lengths([1_234, 5_678]).clause(), None);
        assert_eq!(
            lengths([1, 1_234, 56_789]).clause().unwrap(),
            "PINs by length: 1 with 1 digit, 1 with 4 digits, 1 with 5 digits"
        );
        let mut others = lengths([1_234]);
        ["", "12x4", "1234567890123"].into_iter().for_each(|text| others.count(text));
        assert_eq!(others.clause(), None);
    }
}
