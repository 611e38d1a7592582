//! The reply: where the call goes next, or nowhere.

use std::fmt;
use std::hash::{Hash, Hasher};

/// What Wix Answers does with the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The call goes on to this IVR.
    Redirect(IvrGuid),
    /// The call ends.
    Disconnect,
}

impl Reply {
    /// The body: the bare GUID, without quotes or line break, or nothing ("Hook's Response").
    #[must_use]
    pub fn body(&self) -> &str {
        match self {
            Self::Redirect(ivr) => ivr.as_str(),
            Self::Disconnect => "",
        }
    }
}

/// The GUID of an IVR, as in the address of its settings page. Two that differ in case alone are equal.
#[derive(Clone, Debug)]
pub struct IvrGuid(String);

/// Why a text is no IVR's GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an IVR's GUID has 8, 4, 4, 4 and 12 hexadecimal digits with hyphens between them")]
pub struct InvalidIvrGuid;

impl IvrGuid {
    /// Reads a GUID and keeps it as it is written.
    ///
    /// # Errors
    /// [`InvalidIvrGuid`] where it is anything but 8-4-4-4-12 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, InvalidIvrGuid> {
        let groups = text.split('-');
        let fits = groups.clone().map(str::len).eq([8, 4, 4, 4, 12])
            && groups.flat_map(str::bytes).all(|byte| byte.is_ascii_hexdigit());
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidIvrGuid) }
    }

    /// The GUID as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for IvrGuid {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for IvrGuid {}

impl Hash for IvrGuid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_ascii_lowercase().hash(state);
    }
}

impl fmt::Display for IvrGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUCCESS: &str = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";

    #[test]
    fn a_reply_is_the_bare_guid_or_nothing() {
        assert_eq!(Reply::Redirect(IvrGuid::parse(SUCCESS).unwrap()).body(), SUCCESS);
        assert_eq!(Reply::Disconnect.body(), "");
    }

    #[test]
    fn a_guid_is_kept_as_written_and_equal_in_any_case() {
        let upper = IvrGuid::parse(&SUCCESS.to_uppercase()).unwrap();
        assert_eq!(upper.as_str(), SUCCESS.to_uppercase());
        assert_eq!(upper, IvrGuid::parse(SUCCESS).unwrap());
    }

    #[test]
    fn anything_but_a_guid_is_refused() {
        for bad in [
            "",
            "123abc45-67d8-912e-3fg4-56789h0123456",
            "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa06",
            "5a9e9d0d6d654494ad7e0ee7bc7aa064",
            "{5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064}",
            " 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064",
            "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064\n",
            "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa06é",
            "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064-0",
        ] {
            assert_eq!(IvrGuid::parse(bad), Err(InvalidIvrGuid), "{bad:?}");
        }
    }
}
