//! Names and values as a provider sends them, in order.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What stands for a name that is empty where names are kept: DynamoDB takes no empty key in a map.
pub const NAMELESS: &str = "(no name)";

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

#[cfg(test)]
mod tests {
    use super::*;

    fn named<const N: usize>(pairs: [(&str, &str); N]) -> NamedValues {
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn grouping_keeps_every_value_in_order() {
        let values = named([("b", "2"), ("a", "1"), ("b", "3")]);
        assert_eq!(values.grouped(), BTreeMap::from([("a", vec!["1"]), ("b", vec!["2", "3"])]));
        assert_eq!(values.get("b"), Some("2"));
        assert_eq!(values.firsts().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let shown = format!("{:?}", named([("pin", "4711")]));
        assert!(shown.contains("pin") && !shown.contains("4711"), "{shown}");
    }
}
