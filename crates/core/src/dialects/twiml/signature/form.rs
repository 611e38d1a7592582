//! What is signed of a form.

use std::borrow::Cow;

/// How the values of one name are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// Sorted, without duplicates (twilio-python, `RequestValidator.compute_signature`).
    SortedOnce,
    /// In their order, with duplicates (signalwire-python, `webhook_validator`; @signalwire/compatibility-api).
    AsGiven,
}

/// The names and values of a form, decoded, in their order. They stay bytes: a replacement character could stand for
/// several bytes that aren't UTF-8, and one of them could be changed unnoticed.
pub(super) struct Form<'a>(Vec<Parameter<'a>>);

type Parameter<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

impl<'a> Form<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Self {
        let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let mut parts = pair.splitn(2, |byte| *byte == b'=');
            (decoded(parts.next().unwrap_or_default()), decoded(parts.next().unwrap_or_default()))
        });
        Self(pairs.collect())
    }

    /// The parameters sorted by name, each as its name and value without separators: what is signed of a form.
    pub(super) fn written(&self, values: Values) -> Vec<u8> {
        let mut pairs: Vec<_> = self.0.iter().collect();
        match values {
            Values::SortedOnce => {
                pairs.sort();
                pairs.dedup();
            }
            Values::AsGiven => pairs.sort_by(|(one, _), (other, _)| one.cmp(other)),
        }
        pairs.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]).flatten().copied().collect()
    }
}

/// Decodes `%41` and `+`. A `%` that doesn't begin an escape stays as it is.
fn decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'+') {
        return percent_encoding::percent_decode(text).into();
    }
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    Cow::Owned(percent_encoding::percent_decode(&spaced).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_sorted_and_run_together() {
        for (body, sorted, in_order) in [
            ("", "", ""),
            ("b=2&a=1", "a1b2", "a1b2"),
            ("a=+&b=%2B&c=%20", "a b+c ", "a b+c "),
            ("a=2&b=&a=1&a=2", "a1a2b", "a2a1a2b"),
            ("a&=x&&c==", "xac=", "xac="),
            ("a=%C3%A9&%C3%89=%zz%4", "aéÉ%zz%4", "aéÉ%zz%4"),
            ("Sid=b&SidAccount=a", "SidbSidAccounta", "SidbSidAccounta"),
        ] {
            let form = Form::parse(body.as_bytes());
            assert_eq!(String::from_utf8(form.written(Values::SortedOnce)).unwrap(), sorted, "{body}");
            assert_eq!(String::from_utf8(form.written(Values::AsGiven)).unwrap(), in_order, "{body}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_differ_from_one_another() {
        let written = |body| Form::parse(body).written(Values::SortedOnce);
        assert_ne!(written(b"a=%FE"), written(b"a=%FF"));
    }
}
