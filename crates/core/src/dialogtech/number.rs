//! The small values inside DialogTech's documents, each parsed once.

use std::fmt;

/// What is wrong with a value that a flow gives for one of DialogTech's parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidValue {
    /// A building-block or question id has only digits.
    #[error("an id of the DialogTech portal has 1 to 20 digits")]
    Id,
    /// Not a North American number.
    #[error("a telephone number has 10 digits (North American; +1 or a leading 1 may stand before it)")]
    PhoneNumber,
    /// A dynamic FindMe needs somebody to ring.
    #[error("a phone list has at least one number")]
    EmptyPhoneList,
    /// The name becomes an XML element and an `@name` placeholder.
    #[error(
        "a user parameter's name has up to 64 letters, digits and underscores and does not begin with a digit or with `xml`"
    )]
    ParameterName,
    /// Outside of the provider's range.
    #[error("a FindMe rings for 20 to 60 seconds")]
    RingTimeout,
}

macro_rules! digits_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Reads an id of 1 to 20 ASCII digits; leading zeros stay.
            ///
            /// # Errors
            /// [`InvalidValue::Id`] where it is anything else.
            pub fn parse(text: &str) -> Result<Self, InvalidValue> {
                let fits = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
                if fits { Ok(Self(text.to_owned())) } else { Err(InvalidValue::Id) }
            }

            /// The digits.
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

digits_id! {
    /// The id of a building block of the portal: an IVR, FindMe, virtual receptionist or voicemail.
    BuildingBlockId
}

digits_id! {
    /// The id of a question within an IVR, as the IVR set-up screen shows it.
    QuestionId
}

/// A North American telephone number: 10 digits, the first one not 0 or 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number; spaces, dots, hyphens and brackets are passed over, `+1` or a leading 1 is taken off.
    ///
    /// # Errors
    /// [`InvalidValue::PhoneNumber`] where anything but 10 digits is left, or the first is 0 or 1.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect();
        let national = match compact.strip_prefix("+1") {
            Some(rest) => rest,
            None if compact.len() == 11 => compact.strip_prefix('1').unwrap_or(&compact),
            None => &compact,
        };
        let fits = national.len() == 10 && national.bytes().all(|b| b.is_ascii_digit());
        if fits && !national.starts_with(['0', '1']) {
            Ok(Self(national.to_owned()))
        } else {
            Err(InvalidValue::PhoneNumber)
        }
    }

    /// Whether it is one that no caller may have rung at our cost: the premium rate of 900, or a service code such as 411
    /// and 911 in the place of an area code. Numbers of the Caribbean are not told from others.
    #[must_use]
    pub fn is_premium_or_service(&self) -> bool {
        let area = self.0.get(..3).unwrap_or_default();
        area == "900" || area.ends_with("11")
    }

    /// The ten digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The numbers of a dynamic FindMe, in the order in which they are tried; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneList<N = PhoneNumber>(Vec<N>);

impl<N> PhoneList<N> {
    /// # Errors
    /// [`InvalidValue::EmptyPhoneList`] where there is no number.
    pub fn new(numbers: Vec<N>) -> Result<Self, InvalidValue> {
        if numbers.is_empty() { Err(InvalidValue::EmptyPhoneList) } else { Ok(Self(numbers)) }
    }

    /// The numbers.
    #[must_use]
    pub fn numbers(&self) -> &[N] {
        &self.0
    }

    /// The same list with its numbers turned into others.
    pub(super) fn try_map<M, E>(&self, number: impl FnMut(&N) -> Result<M, E>) -> Result<PhoneList<M>, E> {
        self.0.iter().map(number).collect::<Result<_, E>>().map(PhoneList)
    }
}

/// The name of a user parameter: an XML element in the document, `@name` in the IVR's questions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ParameterName(String);

impl ParameterName {
    /// # Errors
    /// [`InvalidValue::ParameterName`] where it is not 1 to 64 ASCII letters, digits and underscores, begins with a
    /// digit, or with `xml` in any case (reserved by XML 1.0, section 2.3).
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !text.starts_with(|c: char| c.is_ascii_digit())
            && !text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"));
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidValue::ParameterName) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How long a FindMe lets each number ring, 20 to 60 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingTimeoutSecs(u8);

impl RingTimeoutSecs {
    /// # Errors
    /// [`InvalidValue::RingTimeout`] outside of 20..=60.
    pub fn new(seconds: u64) -> Result<Self, InvalidValue> {
        match u8::try_from(seconds) {
            Ok(fits @ 20..=60) => Ok(Self(fits)),
            _ => Err(InvalidValue::RingTimeout),
        }
    }

    /// The seconds.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_brought_to_ten_digits() {
        for given in ["8005550100", "18005550100", "+18005550100", "+1 (800) 555-0100", "800.555.0100"] {
            assert_eq!(PhoneNumber::parse(given).map(|n| n.0), Ok("8005550100".to_owned()), "{given}");
        }
        for given in
            ["", "555-0100", "0005550100", "1005550100", "80055501000", "8005550100x1", "+448005550100", "８005550100"]
        {
            assert_eq!(PhoneNumber::parse(given), Err(InvalidValue::PhoneNumber), "{given}");
        }
    }

    #[test]
    fn premium_and_service_codes_are_known() {
        let is_one = |text: &str| PhoneNumber::parse(text).unwrap().is_premium_or_service();
        assert!(["9005550100", "4115550100", "+1 911 555 0100"].into_iter().all(is_one));
        assert!(!["8005550100", "2125550100", "8765550100", "2129005550", "2129110100"].into_iter().any(is_one));
    }

    #[test]
    fn parameter_names_are_xml_names_that_work_as_placeholders() {
        for good in ["param1", "firstname", "_x", "A"] {
            assert!(ParameterName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "1a", "a b", "a-b", "é", "xmlns", "XML", "a>b"] {
            assert!(ParameterName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_findme_rings_for_20_to_60_seconds() {
        assert!([20, 60].into_iter().all(|s| RingTimeoutSecs::new(s).is_ok()));
        assert!([0, 19, 61, 276].into_iter().all(|s| RingTimeoutSecs::new(s).is_err()));
    }

    #[test]
    fn ids_have_digits_only() {
        assert!(BuildingBlockId::parse("00123").is_ok());
        assert!(["", "12a", "123456789012345678901"].into_iter().all(|t| BuildingBlockId::parse(t).is_err()));
    }
}
