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
            /// # Errors
            /// [`InvalidIdentity::Name`] where it is not 1 to 63 of `a-z 0-9 - _`, beginning with a letter or digit.
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
    /// The name of a call flow, as it stands in the webhook's path.
    FlowName
}

/// Which spellings of an identifier are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdentifierForm {
    /// Trimmed, Unicode NFKC, lower case.
    #[default]
    Text,
    /// The same, then everything but the digits 0 to 9 taken out: `12-34 56` is `123456`.
    Digits,
}

/// A user's identifier within a realm, in its one form, so that no other spelling has a counter of its own
/// (the fault of Vault's CVE-2025-6004).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(String);

impl UserId {
    /// The longest user id, in bytes of its one form; DynamoDB allows 2,048 for a whole key.
    pub const MAX_BYTES: usize = 512;

    /// Brings an identifier to its one form.
    ///
    /// # Errors
    /// [`InvalidIdentity::EmptyUserId`] where nothing is left of it, [`InvalidIdentity::LongUserId`] where more than
    /// [`UserId::MAX_BYTES`] are.
    pub fn parse(text: &str, form: IdentifierForm) -> Result<Self, InvalidIdentity> {
        // NFKC can make eighteen characters of one: look at the length before as well as after.
        if text.len() > 4 * Self::MAX_BYTES {
            return Err(InvalidIdentity::LongUserId);
        }
        let lower = text.nfkc().collect::<String>().to_lowercase();
        let folded: String = lower.nfkc().filter(|c| !c.is_control()).collect();
        let id = match form {
            IdentifierForm::Text => folded.trim().to_owned(),
            IdentifierForm::Digits => folded.chars().filter(char::is_ascii_digit).collect(),
        };
        match id.len() {
            0 => Err(InvalidIdentity::EmptyUserId),
            length if length > Self::MAX_BYTES => Err(InvalidIdentity::LongUserId),
            _ => Ok(Self(id)),
        }
    }

    /// The identifier in its one form. It belongs to a person: not for logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
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
        for spelling in ["abc-1", " ABC-1 ", "\u{ff21}BC-1", "abc\u{ff0d}1", "\tAbc-1\r\n", "abc\0-1"] {
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
        assert_eq!(text(&"x".repeat(513)), Err(InvalidIdentity::LongUserId));
        assert_eq!(text(&"\u{fdfa}".repeat(500)), Err(InvalidIdentity::LongUserId));
    }

    #[test]
    fn a_realm_has_no_hash_sign() {
        assert!(Realm::parse("demo").is_ok());
        for bad in ["", "a#b", "Demo", "-a", "a b", "ä"] {
            assert_eq!(Realm::parse(bad), Err(InvalidIdentity::Name), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_one_form_of_the_one_form_is_itself(id in any::<String>()) {
            if let Ok(once) = text(&id) {
                prop_assert_eq!(text(&once), Ok(once.clone()));
            }
        }
    }
}
