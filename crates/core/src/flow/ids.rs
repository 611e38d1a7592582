//! Names and ids that a flow gives: each is checked once, when the flow is loaded.

use crate::text_type::text_type;

/// What is wrong with a value that a flow gives.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidValue {
    /// A building block or question has only digits.
    #[error("an id of the DialogTech portal has 1 to 20 digits")]
    PortalId,
    /// The name of an IVR.
    #[error(
        "the name of an IVR has 1 to 63 characters: lower-case letters, digits, `-` and `_`, beginning with a letter or digit"
    )]
    IvrName,
    /// The name under which an answer comes.
    #[error("the name of an answer has 1 to 63 letters, digits and `_`, and begins with a letter or `_`")]
    AnswerName,
    /// The name becomes an XML element and an `@name` placeholder.
    #[error(
        "a user parameter's name has up to 64 letters, digits and underscores and doesn't begin with a digit or with `xml`"
    )]
    ParameterName,
    /// A dynamic FindMe needs somebody to ring.
    #[error("a phone list has at least one number")]
    EmptyPhoneList,
    /// Outside the provider's range.
    #[error("a FindMe rings for 20 to 60 seconds")]
    RingTimeout,
}

fn is_portal_id(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_ivr_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=63).contains(&text.len())
        && text.bytes().all(|b| plain(b) || b == b'-' || b == b'_')
        && text.bytes().next().is_some_and(plain)
}

/// Whether a text can be a name in an expression: 1 to 63 letters, digits and `_`, not beginning with a digit.
pub(super) fn is_word(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn is_parameter_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"))
}

text_type! {
    /// The id of a building block of the portal: an IVR, FindMe, virtual receptionist or voicemail. 1 to 20 digits,
    /// leading zeros kept.
    PortalId, is_portal_id, InvalidValue, InvalidValue::PortalId
}

text_type! {
    /// The id of a question within an IVR, as the IVR set-up screen shows it: 1 to 20 digits.
    QuestionId, is_portal_id, InvalidValue, InvalidValue::PortalId
}

text_type! {
    /// The name of an IVR in its flow.
    IvrName, is_ivr_name, InvalidValue, InvalidValue::IvrName
}

text_type! {
    /// The name under which an answer comes: `answers.NAME`.
    AnswerName, is_word, InvalidValue, InvalidValue::AnswerName
}

text_type! {
    /// The name of a user parameter: an XML element in DialogTech's document, `@name` in prompts (XML 1.0, section 2.3,
    /// reserves names that begin with `xml`).
    ParameterName, is_parameter_name, InvalidValue, InvalidValue::ParameterName
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn portal_ids_have_digits_only() {
        assert!(PortalId::parse("00123").is_ok());
        assert!(["", "12a", "123456789012345678901"].into_iter().all(|t| PortalId::parse(t).is_err()));
    }

    #[test]
    fn ivrs_have_names_that_read_well_in_addresses() {
        assert!(["login", "login-2", "10001"].into_iter().all(|t| IvrName::parse(t).is_ok()));
        assert!(["", "Login", "a b", "-a", "a/b"].into_iter().all(|t| IvrName::parse(t).is_err()));
    }
}
