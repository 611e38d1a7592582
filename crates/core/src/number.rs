//! North American telephone numbers: the ones that an action can ring.

/// A number that an action can ring: ten digits, the first one from 2 to 9.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// Why a text isn't a number that an action can ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhoneNumber {
    /// Too few or too many digits, or other characters.
    #[error("a telephone number has 10 digits (North American; `+1` or a leading 1 is allowed)")]
    NotTenDigits,
    /// Ten digits that begin with 0 or 1.
    #[error("a North American telephone number begins with a digit from 2 to 9 after `+1`")]
    AreaCode,
}

impl PhoneNumber {
    /// Reads a number. Spaces, dots, hyphens and brackets are ignored; `+1` or a leading 1 is removed.
    ///
    /// # Errors
    /// [`InvalidPhoneNumber`]: anything other than 10 digits is left, or the first one is 0 or 1.
    ///
    /// ```
    /// # use ringbolt_core::number::PhoneNumber;
    /// assert_eq!(PhoneNumber::parse("+1 (800) 555-0100")?.as_str(), "8005550100");
    /// # Ok::<(), ringbolt_core::number::InvalidPhoneNumber>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect();
        let national = match compact.strip_prefix("+1") {
            Some(rest) => rest,
            None if compact.len() == 11 => compact.strip_prefix('1').unwrap_or(&compact),
            None => &compact,
        };
        if national.len() != 10 || !national.bytes().all(|b| b.is_ascii_digit()) {
            return Err(InvalidPhoneNumber::NotTenDigits);
        }
        if national.starts_with(['0', '1']) {
            return Err(InvalidPhoneNumber::AreaCode);
        }
        Ok(Self(national.to_owned()))
    }

    /// Whether callers must never choose it at our cost: the premium rates of 900 and of the exchange 976, or a service
    /// code such as 411 or 911 in place of an area code. Caribbean numbers look like any others.
    #[must_use]
    pub fn is_premium_or_service(&self) -> bool {
        let (area, exchange) = (self.0.get(..3).unwrap_or_default(), self.0.get(3..6).unwrap_or_default());
        area == "900" || exchange == "976" || area.ends_with("11")
    }

    /// The ten digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A North American number as people write it; any other text as it is.
///
/// ```
/// # use ringbolt_core::number::in_print;
/// assert_eq!(in_print("+12125550142"), "(212) 555-0142");
/// assert_eq!(in_print("{{ call.ani }}"), "{{ call.ani }}");
/// ```
#[must_use]
pub fn in_print(number: &str) -> String {
    let national = number.strip_prefix("+1").or_else(|| number.strip_prefix('1').filter(|rest| rest.len() == 10));
    let digits = national.unwrap_or(number);
    if digits.len() != 10 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return number.to_owned();
    }
    format!("({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_brought_to_ten_digits() {
        for given in ["8005550100", "18005550100", "+18005550100", "+1 (800) 555-0100", "800.555.0100"] {
            assert_eq!(PhoneNumber::parse(given).map(|n| n.0), Ok("8005550100".to_owned()), "{given}");
        }
        for given in ["", "555-0100", "80055501000", "8005550100x1", "+448005550100", "８005550100"] {
            assert_eq!(PhoneNumber::parse(given), Err(InvalidPhoneNumber::NotTenDigits), "{given}");
        }
        for given in ["0005550100", "1005550100", "1112223333"] {
            assert_eq!(PhoneNumber::parse(given), Err(InvalidPhoneNumber::AreaCode), "{given}");
        }
    }

    #[test]
    fn premium_and_service_codes_are_known() {
        let is_one = |text: &str| PhoneNumber::parse(text).unwrap().is_premium_or_service();
        assert!(["9005550100", "4115550100", "+1 911 555 0100", "2129760100"].into_iter().all(is_one));
        assert!(
            !["8005550100", "2125550100", "8765550100", "2129005550", "2129110100", "9762125550"]
                .into_iter()
                .any(is_one)
        );
    }

    #[test]
    fn numbers_are_printed_as_people_write_them() {
        for (given, printed) in [
            ("8005550100", "(800) 555-0100"),
            ("+18005550100", "(800) 555-0100"),
            ("18005550100", "(800) 555-0100"),
            ("+442079460123", "+442079460123"),
            ("١٢٣٤٥", "١٢٣٤٥"),
            ("", ""),
        ] {
            assert_eq!(in_print(given), printed, "{given}");
        }
    }
}
