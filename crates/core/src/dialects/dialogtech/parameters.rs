//! What a DialogTech webhook carries, before anything is read into it: names and values in order.

use super::decode::{Charset, pairs};
use crate::fields::NamedValues;
use crate::flow::fields::TOKEN;

/// The most parameters that are kept of one request.
pub const MOST_PARAMETERS: usize = 1_000;

/// The body of a POST, whatever its content type: the specification names none.
#[derive(Clone, Copy, Debug)]
pub struct Form<'b> {
    /// The bytes.
    pub bytes: &'b [u8],
    /// The `Content-Type` header, if there is one; only its charset matters.
    pub content_type: Option<&'b str>,
}

/// The decoded parameters of one request: those of the form, then those of the query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    values: NamedValues,
    truncated: bool,
}

impl Parameters {
    /// Decodes a query string and the form of a POST.
    ///
    /// Nothing can fail here: a `%` that is no escape stays what it is, bytes that aren't UTF-8 are read as Windows-1252,
    /// and any character may be unescaped. The form comes first, so that a static parameter of the URL never hides an
    /// answer. The token (`auth`) is left out, and so is everything after [`MOST_PARAMETERS`].
    #[must_use]
    pub fn parse(query: &str, form: Option<Form<'_>>) -> Self {
        let charset = Charset::of(form.and_then(|form| form.content_type));
        let form = form.map(|form| form.bytes).unwrap_or_default();
        let mut named =
            pairs(form, charset).chain(pairs(query.as_bytes(), Charset::Guessed)).filter(|(name, _)| name != TOKEN);
        let values = named.by_ref().take(MOST_PARAMETERS).collect();
        Self { values, truncated: named.next().is_some() }
    }

    /// The first value under this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)
    }

    /// Every value under this name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.values.all(name)
    }

    /// Every name with its value.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.values.iter()
    }

    /// Whether parameters after [`MOST_PARAMETERS`] were dropped.
    #[must_use]
    pub fn truncated(&self) -> bool {
        self.truncated
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(query: &str, form: Option<&[u8]>) -> Parameters {
        Parameters::parse(query, form.map(|bytes| Form { bytes, content_type: None }))
    }

    fn pairs(query: &str, form: Option<&[u8]>) -> Vec<(String, String)> {
        parse(query, form).iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn queries_are_decoded_leniently() {
        for (query, name, value) in [
            ("qos=5", "qos", "5"),
            ("a=x+y%20z", "a", "x y z"),
            ("a=%C3%A9", "a", "é"),
            ("a=100%", "a", "100%"),
            ("a=%zz%4", "a", "%zz%4"),
            ("a=%FF", "a", "ÿ"),
            ("a=<b c=\"d\">", "a", "<b c=\"d\">"),
            ("a=b=c", "a", "b=c"),
            ("a", "a", ""),
            ("a%7Cb=1", "a|b", "1"),
            ("a=%00", "a", "\0"),
        ] {
            assert_eq!(pairs(query, None), [(name.to_owned(), value.to_owned())], "{query}");
        }
        assert!(pairs("", None).is_empty() && pairs("&&", Some(b"")).is_empty());
    }

    #[test]
    fn an_answer_in_the_form_stands_before_a_static_parameter_of_the_url() {
        let both = parse("pin=1&site=7", Some(b"pin=4711&pin=\xFF"));
        assert_eq!(both.get("pin"), Some("4711"));
        assert_eq!(both.all("pin").collect::<Vec<_>>(), ["4711", "ÿ", "1"]);
        assert_eq!(both.get("site"), Some("7"));
        assert_eq!(both.get("none"), None);
        assert!(!both.truncated());
    }

    #[test]
    fn the_token_is_dropped_however_it_is_spelled_on_the_wire() {
        let given = parse("auth=secret&a%75th=secret&author=1", Some(b"auth=secret"));
        assert_eq!(given.iter().collect::<Vec<_>>(), [("author", "1")]);
    }

    #[test]
    fn parameters_after_the_thousandth_are_dropped_and_the_request_says_so() {
        let query = |count: usize| format!("auth=t&{}", vec!["a=1"; count].join("&"));
        let fits = parse(&query(MOST_PARAMETERS), None);
        assert_eq!((fits.iter().len(), fits.truncated()), (MOST_PARAMETERS, false));
        let over = parse(&query(MOST_PARAMETERS + 1), None);
        assert_eq!((over.iter().len(), over.truncated()), (MOST_PARAMETERS, true));
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let shown = format!("{:?}", Parameters::parse("pin=4711&account=90786", None));
        assert!(shown.contains("pin") && shown.contains("account") && shown.contains("[redacted]"), "{shown}");
        assert!(!shown.contains("4711") && !shown.contains("90786"), "{shown}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_readable(query in any::<String>(), form in proptest::collection::vec(any::<u8>(), 0..200)) {
            let read = parse(&query, Some(&form));
            prop_assert!(read.all(TOKEN).next().is_none() && read.iter().len() <= query.len() + form.len());
        }

        #[test]
        fn encoded_pairs_come_back(sent in proptest::collection::vec(("[^\0]{1,8}", any::<String>()), 0..20)) {
            prop_assume!(sent.iter().all(|(name, _)| name != TOKEN));
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent).finish();
            prop_assert_eq!(pairs(&query, None), sent);
        }
    }
}
