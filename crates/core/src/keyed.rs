//! The one form of what a caller keys, wherever it is used: PINs, accounts, answers in conditions.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Brings keyed input to its one form: Unicode NFKC (full-width digits become 0 to 9), without white space and control
/// characters at either end, without the `#` that ends an entry.
///
/// ```
/// assert_eq!(ringbolt_core::keyed::keyed(" 1# "), "1");
/// assert_eq!(ringbolt_core::keyed::keyed("１２ ３"), "12 3");
/// ```
#[must_use]
pub fn keyed(text: &str) -> String {
    let folded: String = text.nfkc().collect();
    folded.trim_start_matches(is_blank).trim_end_matches(|c| is_blank(c) || c == '#').to_owned()
}

/// The same for a PIN: white space and control characters are removed everywhere.
pub(crate) fn keyed_pin(text: &str) -> Zeroizing<String> {
    // Four bytes hold every character: the buffer never grows, so it leaves no copy of a PIN behind.
    let mut digits = Zeroizing::new(String::with_capacity(text.len().saturating_mul(4).min(4096)));
    digits.extend(text.nfkc().filter(|c| !is_blank(*c)));
    let kept = digits.trim_end_matches('#').len();
    digits.truncate(kept);
    digits
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keyed_input_has_one_form() {
        for given in ["12", "12#", " 12 ", "12 # #", "１２", "12＃", "\0 12\t#\r\n"] {
            assert_eq!(keyed(given), "12", "{given:?}");
            assert_eq!(*keyed_pin(given), "12", "{given:?}");
        }
    }

    #[test]
    fn only_a_pin_loses_inner_white_space() {
        assert_eq!((keyed("1 2"), keyed_pin("1 2\0").as_str()), ("1 2".to_owned(), "12"));
        assert_eq!((keyed("#1#2"), keyed_pin("#1#2").as_str()), ("#1#2".to_owned(), "#1#2"));
    }

    proptest! {
        #[test]
        fn the_one_form_of_the_one_form_is_itself(text in any::<String>()) {
            let once = keyed(&text);
            prop_assert_eq!(keyed(&once), once);
        }
    }
}
