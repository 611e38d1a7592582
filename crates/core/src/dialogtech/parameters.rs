//! What a DialogTech webhook carries, before anything is read into it: names and values in order.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The most parameters that are kept of one request.
pub const MOST_PARAMETERS: usize = 1_000;

/// The static URL parameter that carries the webhook's token: it is checked elsewhere and never kept as a parameter.
const TOKEN: &str = "auth";

/// Names and values in the order in which they came, repeated names kept. Cheap to clone.
///
/// `Debug` shows the names alone: a value can be a PIN or a telephone number.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NamedValues(Arc<[(String, String)]>);

impl NamedValues {
    /// The first value under this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value under this name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(candidate, _)| *candidate == name).map(|(_, value)| value)
    }

    /// Every name with its value.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every name once, with its first value: the one that counts.
    pub fn firsts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.grouped().into_iter().filter_map(|(name, values)| Some((name, *values.first()?)))
    }

    /// Every name once, with its values in order.
    #[must_use]
    pub fn grouped(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut groups = BTreeMap::<&str, Vec<&str>>::new();
        for (name, value) in self.iter() {
            groups.entry(name).or_default().push(value);
        }
        groups
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, String)> for NamedValues {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl fmt::Debug for NamedValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, _)| (name, format_args!("[redacted]")))).finish()
    }
}

/// The decoded parameters of one request: those of the form, then those of the query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    values: NamedValues,
    truncated: bool,
}

impl Parameters {
    /// Decodes a query string and, where the method was POST, an `application/x-www-form-urlencoded` body.
    ///
    /// Nothing can fail here: a `%` that is no escape stays what it is, bytes that are not UTF-8 become U+FFFD, and any
    /// character may stand unescaped. The form comes first, so that a static parameter of the URL never hides an
    /// answer. The token (`auth`) is left out, and so is everything after [`MOST_PARAMETERS`].
    #[must_use]
    pub fn parse(query: &str, form: Option<&[u8]>) -> Self {
        let mut pairs = form_urlencoded::parse(form.unwrap_or_default())
            .chain(form_urlencoded::parse(query.as_bytes()))
            .filter(|(name, _)| name != TOKEN)
            .map(|(name, value)| (name.into_owned(), value.into_owned()));
        let values = pairs.by_ref().take(MOST_PARAMETERS).collect();
        Self { values, truncated: pairs.next().is_some() }
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

    /// The parameters whose names `wanted` accepts.
    pub(super) fn select(&self, wanted: impl Fn(&str) -> bool) -> NamedValues {
        self.iter().filter(|(name, _)| wanted(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(query: &str, form: Option<&[u8]>) -> Vec<(String, String)> {
        Parameters::parse(query, form).values.0.to_vec()
    }

    #[test]
    fn queries_are_decoded_leniently() {
        for (query, name, value) in [
            ("qos=5", "qos", "5"),
            ("a=x+y%20z", "a", "x y z"),
            ("a=%C3%A9", "a", "é"),
            ("a=100%", "a", "100%"),
            ("a=%zz%4", "a", "%zz%4"),
            ("a=%FF", "a", "\u{FFFD}"),
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
        let both = Parameters::parse("pin=1&site=7", Some(b"pin=4711&pin=\xFF"));
        assert_eq!(both.get("pin"), Some("4711"));
        assert_eq!(both.all("pin").collect::<Vec<_>>(), ["4711", "\u{FFFD}", "1"]);
        assert_eq!(both.get("site"), Some("7"));
        assert_eq!(both.get("none"), None);
        assert!(!both.truncated());
    }

    #[test]
    fn the_token_is_dropped_however_it_is_spelled_on_the_wire() {
        let given = Parameters::parse("auth=secret&a%75th=secret&author=1", Some(b"auth=secret"));
        assert_eq!(given.iter().collect::<Vec<_>>(), [("author", "1")]);
    }

    #[test]
    fn parameters_after_the_thousandth_are_dropped_and_the_request_says_so() {
        let query = |count: usize| format!("auth=t&{}", vec!["a=1"; count].join("&"));
        let fits = Parameters::parse(&query(MOST_PARAMETERS), None);
        assert_eq!((fits.iter().len(), fits.truncated()), (MOST_PARAMETERS, false));
        let over = Parameters::parse(&query(MOST_PARAMETERS + 1), None);
        assert_eq!((over.iter().len(), over.truncated()), (MOST_PARAMETERS, true));
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let shown = format!("{:?}", Parameters::parse("pin=4711&account=90786", None));
        assert!(shown.contains("pin") && shown.contains("account") && shown.contains("[redacted]"), "{shown}");
        assert!(!shown.contains("4711") && !shown.contains("90786"), "{shown}");
    }

    #[test]
    fn grouping_keeps_every_value_in_order() {
        let values = Parameters::parse("b=2&a=1&b=3", None).values;
        assert_eq!(values.grouped(), BTreeMap::from([("a", vec!["1"]), ("b", vec!["2", "3"])]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_readable(query in any::<String>(), form in proptest::collection::vec(any::<u8>(), 0..200)) {
            let read = Parameters::parse(&query, Some(&form));
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
