//! Ids and numbers in the form in which Twilio sends them.

use ringbolt_core::ani::Ani;

/// The account of every call that is played.
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000000";

/// What a withheld number is sent as.
const WITHHELD: &str = "anonymous";

/// What an id is of: two letters, before 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sid {
    /// A call, or one leg of it.
    Call,
    /// A recording.
    Recording,
    /// A transcription.
    Transcription,
}

impl Sid {
    fn letters(self) -> &'static str {
        match self {
            Self::Call => "CA",
            Self::Recording => "RE",
            Self::Transcription => "TR",
        }
    }

    /// The id of something that is named by a text: the same for the same text. A text that has the form already is kept.
    pub(crate) fn of(self, name: &str) -> String {
        let has_form = name.strip_prefix(self.letters()).is_some_and(|digits| {
            digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        if has_form {
            return name.to_owned();
        }
        format!("{}{:016x}{:016x}", self.letters(), fnv(0xcbf2_9ce4_8422_2325, name), fnv(0x9ae1_6a3b_2f90_404f, name))
    }
}

/// FNV-1a from a starting value. The ids need to differ, and nothing else.
fn fnv(start: u64, text: &str) -> u64 {
    text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A number in E.164; digits alone are North American if there are ten of them, or eleven with a leading 1. A withheld
/// number, and any other text, is sent as a word.
pub(crate) fn e164(number: &str) -> String {
    if !number.contains(|c: char| c.is_ascii_digit()) {
        return if number.trim().is_empty() { WITHHELD.to_owned() } else { number.to_owned() };
    }
    let called = Ani::parse(Some(number));
    match called.digits() {
        Some(digits) if digits.len() == 10 && called.as_str() == digits => format!("+1{digits}"),
        Some(digits) => format!("+{digits}"),
        // Digits that stand for a withheld number.
        None => format!("+{}", number.chars().filter(char::is_ascii_digit).collect::<String>()),
    }
}

/// A number in E.164 as flows have it: ten digits if it is North American.
pub(crate) fn national(number: &str) -> String {
    let digits = number.strip_prefix("+1").filter(|digits| digits.len() == 10);
    digits.unwrap_or(number).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_providers_form_and_differ() {
        let id = Sid::Call.of("s-1");
        assert!(id.starts_with("CA") && id.len() == 34 && Sid::Call.of(&id) == id, "{id}");
        assert_eq!(Sid::Call.of("s-1"), id);
        assert!(Sid::Call.of("s-2") != id && Sid::Recording.of("s-1")[2..] == id[2..]);
        assert_ne!(Sid::Call.of("CAxyz"), "CAxyz");
    }

    #[test]
    fn numbers_are_sent_in_e164_and_withheld_ones_as_a_word() {
        for (number, sent) in [
            ("2125550142", "+12125550142"),
            ("12125550142", "+12125550142"),
            ("+1 (212) 555-0142", "+12125550142"),
            ("+44-2079460018", "+442079460018"),
            ("442079460018", "+442079460018"),
            ("+3545551234", "+3545551234"),
            ("003545551234", "+3545551234"),
            ("+44 (0)20 7946 0018", "+442079460018"),
            ("0000000000", "+0000000000"),
            ("", "anonymous"),
            ("restricted", "restricted"),
        ] {
            assert_eq!(e164(number), sent, "{number}");
        }
        assert_eq!(
            (national("+12125550142").as_str(), national("+442079460018").as_str()),
            ("2125550142", "+442079460018")
        );
    }
}
