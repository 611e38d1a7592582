//! The ids that DialogTech gives to a call and to a respondent: opaque text, never read for meaning.

use std::fmt;

/// Why a text is no id of a call or respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id has 1 to 256 bytes and no control characters")]
pub struct InvalidId;

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Reads an id of 1 to 256 bytes; spaces around it are passed over.
            ///
            /// # Errors
            /// [`InvalidId`] where it is empty, longer, or has a control character: it becomes a database key.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let trimmed = text.trim();
                let fits = (1..=256).contains(&trimmed.len()) && !trimmed.chars().any(char::is_control);
                if fits { Ok(Self(trimmed.to_owned())) } else { Err(InvalidId) }
            }

            /// The id as it came.
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

opaque_id! {
    /// `ivr_response_id`, and the `unique_id` of a transcription: one respondent's run through one IVR.
    ResponseId
}

opaque_id! {
    /// `ivr_session_id`: one call, through all its IVRs.
    SessionId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_opaque_but_fit_for_a_database_key() {
        assert_eq!(SessionId::parse(" a-1#ü ").unwrap().as_str(), "a-1#ü");
        let long = "x".repeat(257);
        assert!(["", "  ", "a\0b", "a\nb", &long].into_iter().all(|bad| ResponseId::parse(bad).is_err()));
    }
}
