//! Telephone numbers in their one canonical form, for lists, counters and logs.

use std::fmt;

/// What stands for every number that is withheld.
const WITHHELD: &str = "withheld";

/// What telephone networks send after a plus for withheld numbers: a word, keyed on the letters of a telephone.
const KEYED_WORDS: [&str; 5] = [
    "266696687",   // ANONYMOUS
    "7378742833",  // RESTRICTED
    "2562533",     // BLOCKED
    "8656696",     // UNKNOWN
    "86282452253", // UNAVAILABLE
];

/// The longest number, with its country code (E.164).
const MOST_DIGITS: usize = 15;

/// A telephone number in its one canonical form. It can be forged, so it identifies nobody.
///
/// - A North American number is its ten national digits: `+1 212 555 0101`, `12125550101` and `2125550101` are
///   `2125550101`.
/// - Any other number is its country code and national digits: `+44 20 7946 0018`, `00442079460018`,
///   `011442079460018` and `442079460018` are `442079460018`.
/// - Every withheld number is `withheld`: words, nothing, only zeros.
///
/// Some spellings are ambiguous, and are decided like this:
///
/// - Ten digits without `+`, `00` or `011` are North American. If a number of another country has ten digits with its
///   country code, its canonical form keeps `00` in front: `+354 555 1234` is `003545551234`, and `3545551234` is a
///   number in Quebec.
/// - Eleven digits that begin with 1 are North American, unless the second one is 0 or 1: no area code begins so.
/// - `00` and `011` at the beginning are what people dial for another country, if 7 to 15 digits follow and the first
///   is not a zero. A national number of another country (`020 7946 0018`) does not say which country it is in: it
///   keeps its digits and equals only itself.
///
/// ```
/// # use ringbolt_core::ani::Ani;
/// let spellings = ["+44 (0)20 7946 0018", "011 44 20 7946 0018", "442079460018"];
/// assert!(spellings.iter().all(|spelling| Ani::parse(Some(spelling)).as_str() == "442079460018"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ani(String);

impl Ani {
    /// Whether the caller withholds their number.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.0 == WITHHELD
    }

    /// Brings a number to its canonical form. Words such as `anonymous`, or nothing, mean that it is withheld.
    #[must_use]
    pub fn parse(text: Option<&str>) -> Self {
        // What follows in a SIP address is the host or a parameter.
        let text = text.unwrap_or_default().split(['@', ';']).next().unwrap_or_default().trim();
        let has_plus = text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == ':').starts_with('+');
        let digits: String = text.replace("(0)", "").chars().filter(char::is_ascii_digit).take(32).collect();
        if digits.bytes().all(|digit| digit == b'0') || (has_plus && KEYED_WORDS.contains(&digits.as_str())) {
            return Self(WITHHELD.to_owned());
        }
        Self(match international(&digits, has_plus) {
            Some(number) if number.len() == 10 => format!("00{number}"),
            Some(number) => north_american(number).unwrap_or(number).to_owned(),
            None => north_american(&digits).unwrap_or(&digits).to_owned(),
        })
    }

    /// The canonical form, or `withheld`. It belongs to a person: not for logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits of the number as they appear in every spelling, without `00`; `None` if it is withheld. They belong
    /// to a person: not for logs.
    #[must_use]
    pub fn digits(&self) -> Option<&str> {
        match self.0.strip_prefix("00") {
            Some(digits) if digits.len() == 10 => Some(digits),
            _ => Some(self.as_str()).filter(|digits| *digits != WITHHELD),
        }
    }
}

/// The country code and the national digits, if the spelling says that the number begins with a country code.
fn international(digits: &str, has_plus: bool) -> Option<&str> {
    let prefixed = digits.strip_prefix("011").or_else(|| digits.strip_prefix("00"));
    let number = prefixed.or_else(|| has_plus.then_some(digits))?;
    ((7..=MOST_DIGITS).contains(&number.len()) && !number.starts_with('0')).then_some(number)
}

/// The ten national digits, if a 1 and ten digits are there.
fn north_american(digits: &str) -> Option<&str> {
    // Ten digits that began with a zero could be read again as a number of another country.
    digits.strip_prefix('1').filter(|national| national.len() == 10 && !national.starts_with(['0', '1']))
}

impl fmt::Debug for Ani {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ani([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(text: &str) -> String {
        Ani::parse(Some(text)).as_str().to_owned()
    }

    #[test]
    fn all_spellings_of_one_number_have_one_canonical_form() {
        for (expected, spellings) in [
            (
                "442079460018",
                &[
                    "+44 20 7946 0018",
                    "00442079460018",
                    "011442079460018",
                    "442079460018",
                    "+44 (0)20 7946-0018",
                    "tel:+44-20-7946-0018",
                    "sip:+442079460018@10.0.0.7:5060;user=phone",
                    "+00442079460018",
                ][..],
            ),
            (
                "2125550101",
                &[
                    "+1 212 555 0101",
                    "12125550101",
                    "2125550101",
                    "(212) 555-0101",
                    "0012125550101",
                    "01112125550101",
                    "1.212.555.0101",
                ],
            ),
            ("003545551234", &["+354 555 1234", "003545551234", "0113545551234", "tel:+354-555-1234"]),
            ("111444444444", &["111-444444444"]),
            ("02079460018", &["020 7946 0018"]),
            ("5551234", &["555-1234"]),
            ("911", &["911", "+911"]),
            ("00911", &["00911"]),
            ("00020794600", &["00 020 794600"]),
        ] {
            for given in spellings {
                assert_eq!(canonical(given), expected, "{given}");
            }
        }
    }

    #[test]
    fn ten_digits_without_a_prefix_are_north_american_and_differ_from_another_countrys() {
        assert_eq!(canonical("3545551234"), "3545551234");
        assert_ne!(canonical("3545551234"), canonical("+3545551234"));
        assert_eq!(Ani::parse(Some("+3545551234")).digits(), Some("3545551234"));
        assert_eq!(Ani::parse(Some("+442079460018")).digits(), Some("442079460018"));
        assert_eq!(Ani::parse(Some("00911")).digits(), Some("00911"), "these zeros are no prefix");
    }

    #[test]
    fn withheld_numbers_are_one() {
        for given in [
            None,
            Some(""),
            Some("anonymous"),
            Some("Private"),
            Some("0000000000"),
            Some("+266696687"),
            Some("sip:a@1.2"),
        ] {
            let ani = Ani::parse(given);
            assert_eq!((ani.as_str(), ani.digits()), ("withheld", None), "{given:?}");
        }
        // Without the plus it is a number in Texas.
        assert_eq!(canonical("7378742833"), "7378742833");
    }

    /// Found by fuzzing: `1 006 100 0644` became `0061000644`, and that the number 61000644 of another country.
    #[test]
    fn a_number_without_an_area_code_keeps_all_its_digits() {
        for given in ["10061000644", "+10061000644", "10114420794", "11234567890"] {
            let once = canonical(given);
            assert_eq!((once.as_str(), canonical(&once)), (given.trim_start_matches('+'), once.clone()));
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_of_a_canonical_form_is_itself(text in "[+ ]?[0-9(). -]{0,20}") {
            let once = canonical(&text);
            prop_assert_eq!(canonical(&once), once);
        }

        #[test]
        fn every_prefix_of_an_international_number_means_the_same(number in "[1-9][0-9]{6,14}") {
            let plus = canonical(&format!("+{number}"));
            prop_assert_eq!(&canonical(&format!("00{number}")), &plus);
            prop_assert_eq!(&canonical(&format!("011{number}")), &plus);
        }
    }
}
