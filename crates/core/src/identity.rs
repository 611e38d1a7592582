//! Who is meant: realms, flows and user ids in their one form.

use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// What is wrong with a name or an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentity {
    /// Of a realm or a flow.
    #[error("a name has 1 to 63 characters: lower-case letters, digits, `-` and `_`, beginning with a letter or digit")]
    Name,
    /// Of a user id: nothing is left of it.
    #[error("the user id is empty")]
    EmptyUserId,
    /// Of a user id.
    #[error("the user id is longer than {max} bytes", max = UserId::MAX_BYTES)]
    LongUserId,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Parses a name.
            ///
            /// # Errors
            /// [`InvalidIdentity::Name`] if it is not 1 to 63 of `a-z 0-9 - _`, beginning with a letter or digit.
            pub fn parse(text: &str) -> Result<Self, InvalidIdentity> {
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
                let fits = (1..=63).contains(&text.len())
                    && text.bytes().all(|b| plain(b) || b == b'-' || b == b'_')
                    && text.bytes().next().is_some_and(plain);
                if fits { Ok(Self(text.to_owned())) } else { Err(InvalidIdentity::Name) }
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// Whose PINs: callers of different realms never meet. It has no `#`, so that it ends where the user id begins in
    /// the key of a caller's item.
    Realm
}

name! {
    /// The name of a call flow, as the webhook's path has it.
    FlowName
}

/// Which spellings of an identifier are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdentifierForm {
    /// No control characters, Unicode NFKC, lower case, no white space and no `#` at either end.
    #[default]
    Text,
    /// The digits 0 to 9 of that: `12-34 56` is `123456`.
    Digits,
}

impl IdentifierForm {
    /// The word that a flow uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Digits => "digits",
        }
    }
}

/// A user's identifier within a realm, in its one form, so that no other spelling has a counter of its own
/// (the fault of Vault's CVE-2025-6004).
///
/// It names an account, or a PIN that several people share. The latter begins with `#`, which an account never does.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(String);

impl UserId {
    /// The longest user id, in bytes of its one form; DynamoDB allows 2,048 for a whole key.
    pub const MAX_BYTES: usize = 512;

    /// Brings an account's identifier to its one form.
    ///
    /// ```
    /// use ringbolt_core::identity::{IdentifierForm, UserId};
    /// let keyed = UserId::parse(" U21# ", IdentifierForm::Text)?;
    /// assert_eq!(keyed.as_str(), "u21");
    /// # Ok::<(), ringbolt_core::identity::InvalidIdentity>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidIdentity::EmptyUserId`] if nothing is left of it, [`InvalidIdentity::LongUserId`] if more than
    /// [`UserId::MAX_BYTES`] are.
    pub fn parse(text: &str, form: IdentifierForm) -> Result<Self, InvalidIdentity> {
        let folded = one_form(text)?;
        match form {
            IdentifierForm::Text => Self::bounded(folded),
            IdentifierForm::Digits => Self::bounded(folded.chars().filter(char::is_ascii_digit).collect()),
        }
    }

    /// The identifier of a PIN that several people share, such as a conference room's. No account can have it.
    ///
    /// # Errors
    /// As [`UserId::parse`].
    pub fn shared(name: &str) -> Result<Self, InvalidIdentity> {
        match one_form(name)? {
            name if name.is_empty() => Err(InvalidIdentity::EmptyUserId),
            name => Self::bounded(format!("#{name}")),
        }
    }

    /// Reads back what [`UserId::as_str`] gave: out of an item's key or a signed state, never out of what a caller
    /// keyed.
    ///
    /// # Errors
    /// As [`UserId::parse`].
    pub fn from_stored(text: &str) -> Result<Self, InvalidIdentity> {
        match text.strip_prefix('#') {
            Some(name) => Self::shared(name),
            None => Self::parse(text, IdentifierForm::Text),
        }
    }

    /// Whether it names a PIN that several people share.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.0.starts_with('#')
    }

    /// The identifier in its one form. It belongs to a person: not for logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn bounded(id: String) -> Result<Self, InvalidIdentity> {
        match id.len() {
            0 => Err(InvalidIdentity::EmptyUserId),
            length if length > Self::MAX_BYTES => Err(InvalidIdentity::LongUserId),
            _ => Ok(Self(id)),
        }
    }
}

/// The order matters. A control character between two others would keep NFKC from composing them, so those are removed
/// first; the ends are trimmed last, because a part of a normalised text is normalised.
fn one_form(text: &str) -> Result<String, InvalidIdentity> {
    // NFKC can make eighteen characters of one, so the length is checked before as well as after.
    if text.len() > 4 * UserId::MAX_BYTES {
        return Err(InvalidIdentity::LongUserId);
    }
    let lower = text.chars().filter(|c| !c.is_control()).nfkc().collect::<String>().to_lowercase();
    let folded: String = lower.nfkc().collect();
    Ok(folded.trim_matches(|c: char| c.is_whitespace() || c == '#').to_owned())
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserId([redacted])")
    }
}

/// A caller: a user of a realm.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallerId {
    /// Whose PINs.
    pub realm: Realm,
    /// The user.
    pub user: UserId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(id: &str) -> Result<String, InvalidIdentity> {
        UserId::parse(id, IdentifierForm::Text).map(|u| u.0)
    }

    #[test]
    fn spellings_of_one_account_are_one_user_id() {
        for spelling in [
            "abc-1",
            " ABC-1 ",
            "\u{ff21}BC-1",
            "abc\u{ff0d}1",
            "\tAbc-1\r\n",
            "abc\0-1",
            "abc-1#",
            "#Abc-1 # ",
            "abc-1\u{ff03}",
        ] {
            assert_eq!(text(spelling), Ok("abc-1".to_owned()), "{spelling:?}");
        }
        for spelling in ["123456", "12-34 56", " 12.34.56", "１２３４５６"] {
            let id = UserId::parse(spelling, IdentifierForm::Digits).map(|u| u.0);
            assert_eq!(id, Ok("123456".to_owned()), "{spelling:?}");
        }
    }

    #[test]
    fn empty_and_endless_identifiers_are_refused() {
        assert_eq!(text(" \t"), Err(InvalidIdentity::EmptyUserId));
        assert_eq!(UserId::parse("abc", IdentifierForm::Digits), Err(InvalidIdentity::EmptyUserId));
        assert_eq!(text(&"x".repeat(512)), Ok("x".repeat(512)));
        assert_eq!(text(&"x".repeat(513)), Err(InvalidIdentity::LongUserId));
        assert_eq!(text(&format!("{:2048}", "x")), Ok("x".to_owned()), "only what is left has to be short");
        assert_eq!(text(&format!("{:2049}", "x")), Err(InvalidIdentity::LongUserId), "within reason");
        assert_eq!(text(&"\u{fdfa}".repeat(500)), Err(InvalidIdentity::LongUserId));
    }

    #[test]
    fn a_realm_has_no_hash_sign() {
        assert!(Realm::parse("demo").is_ok());
        for bad in ["", "a#b", "Demo", "-a", "a b", "ä"] {
            assert_eq!(Realm::parse(bad), Err(InvalidIdentity::Name), "{bad}");
        }
    }

    #[test]
    fn a_shared_pin_is_never_an_account() {
        let shared = UserId::shared(" Depot-Door ").unwrap();
        assert_eq!((shared.as_str(), shared.is_shared()), ("#depot-door", true));
        assert_eq!(UserId::from_stored(shared.as_str()), Ok(shared.clone()));
        for keyed in ["#depot-door", "##depot-door", " # depot-door", "\u{ff03}depot-door", "\0#\0#depot-door"] {
            let account = UserId::parse(keyed, IdentifierForm::Text).unwrap();
            assert_eq!((account.as_str(), account.is_shared()), ("depot-door", false), "{keyed:?}");
        }
        for empty in ["", "#", " # "] {
            assert_eq!(UserId::shared(empty), Err(InvalidIdentity::EmptyUserId), "{empty:?}");
        }
    }

    fn assert_stable(id: &str) {
        let Ok(once) = text(id) else { return };
        assert_eq!(text(&once), Ok(once.clone()), "{id:?}");
        assert_eq!(UserId::from_stored(&once).map(|u| u.0), Ok(once.clone()), "{id:?}");
        assert!(!once.starts_with('#') && !once.contains(char::is_control), "{id:?}");
    }

    #[test]
    fn normalising_twice_gives_the_same_for_every_character_and_its_neighbours() {
        // All others come out of normalisation as they went in.
        let changes = |c: &char| {
            let same = c.nfkc().eq([*c]) && c.to_lowercase().eq([*c]);
            !same || c.is_whitespace() || c.is_control()
        };
        for c in (0..=0x10_FFFF).filter_map(char::from_u32).filter(changes) {
            for id in [format!("{c}"), format!("e{c}\u{301}"), format!("{c}\0\u{301}"), format!("#{c} \u{3a3}")] {
                assert_stable(&id);
            }
        }
        assert_eq!(text("e\0\u{301}"), Ok("\u{e9}".to_owned()));
    }

    /// What normalisation is hard on: marks, compatibility forms, jamo, blanks, controls, case.
    const HARD: [char; 24] = [
        'e', 'E', '\u{301}', '\u{327}', '\u{345}', '\u{0}', '\u{85}', '\u{a0}', '\u{b4}', '\u{3a3}', '\u{3c2}',
        '\u{130}', '\u{1fb3}', '\u{1100}', '\u{1161}', '\u{11a8}', '\u{fdfa}', '\u{ff03}', '#', ' ', '\u{200b}',
        '\u{2126}', '\u{1e9e}', 'i',
    ];

    proptest! {
        #[test]
        fn the_one_form_of_the_one_form_is_itself(id in any::<String>()) {
            assert_stable(&id);
        }

        #[test]
        fn the_one_form_of_hard_text_is_stable(id in prop::collection::vec(prop::sample::select(&HARD[..]), 0..8)) {
            assert_stable(&id.into_iter().collect::<String>());
        }
    }
}
