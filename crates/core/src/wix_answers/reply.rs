//! What the auth webhook can tell Wix Answers to do with the call.

use std::fmt;

/// What is wrong with an IVR GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an IVR GUID has 32 hexadecimal digits in groups of 8-4-4-4-12")]
pub struct InvalidGuid;

/// The GUID of an IVR, as the browser's address line shows it (Wix Answers, "Finding an IVR's GUID").
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IvrGuid(String);

impl IvrGuid {
    /// Reads a GUID of 8-4-4-4-12 hexadecimal digits; its spelling stays as it is.
    ///
    /// # Errors
    /// [`InvalidGuid`] where it is anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidGuid> {
        let groups: Vec<&str> = text.split('-').collect();
        let fits = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
            && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()));
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidGuid) }
    }

    /// The GUID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IvrGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The answer to Wix Answers (Wix Answers, "Hook's Response").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The call goes on in this IVR.
    Redirect(IvrGuid),
    /// The call ends: an empty response.
    Disconnect,
}
