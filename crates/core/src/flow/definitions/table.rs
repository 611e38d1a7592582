//! Tables: anything looked up by a key that a caller keyed or a provider sent.

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// A table of a flow. Keys are compared in one form: without spaces around them, without `#` at the end, and whether
/// letters are capitals makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table(Rows);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rows {
    /// Each key has a text.
    Texts(BTreeMap<String, String>),
    /// Each key has a row of texts under the names of columns.
    Columns(BTreeMap<String, Arc<Row>>),
}

/// A row of a table, `lookup("jobs", answers.job)`. A column that it does not have is undefined.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Row(BTreeMap<String, String>);

impl Table {
    /// The most rows of a table.
    pub const MOST_ROWS: usize = 5_000;
    /// The most columns of a row.
    pub const MOST_COLUMNS: usize = 50;
    /// The longest key, in bytes.
    pub const MOST_KEY_BYTES: usize = 100;

    /// A table of texts. The keys are in their one form ([`Table::key`]).
    #[must_use]
    pub fn of_texts(texts: BTreeMap<String, String>) -> Self {
        Self(Rows::Texts(texts))
    }

    /// A table of rows, each a mapping from columns to texts. The keys are in their one form ([`Table::key`]).
    #[must_use]
    pub fn of_rows(rows: BTreeMap<String, BTreeMap<String, String>>) -> Self {
        Self(Rows::Columns(rows.into_iter().map(|(key, row)| (key, Arc::new(Row(row)))).collect()))
    }

    /// The one form in which keys are compared.
    ///
    /// ```
    /// # use ringbolt_core::flow::definitions::Table;
    /// assert_eq!(Table::key(" B-12# "), "b-12");
    /// ```
    #[must_use]
    pub fn key(text: &str) -> String {
        text.trim().trim_end_matches('#').trim_end().to_lowercase()
    }

    /// What the table has under a key: a text, or a [`Row`]. Undefined for an absent key, so that `is defined` says
    /// whether the key is there; reading a column of an absent row is an error.
    #[must_use]
    pub fn look_up(&self, key: &str) -> Value {
        let key = Self::key(key);
        match &self.0 {
            Rows::Texts(texts) => texts.get(&key).map_or(Value::UNDEFINED, |text| Value::from(text.as_str())),
            Rows::Columns(rows) => rows.get(&key).cloned().map_or(Value::UNDEFINED, Value::from_dyn_object),
        }
    }

    /// The columns of all rows; empty for a table of texts.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<&str> {
        match &self.0 {
            Rows::Texts(_) => BTreeSet::new(),
            Rows::Columns(rows) => rows.values().flat_map(|row| row.0.keys().map(String::as_str)).collect(),
        }
    }

    /// The keys, in their one form and in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let (texts, rows) = match &self.0 {
            Rows::Texts(texts) => (Some(texts.keys()), None),
            Rows::Columns(rows) => (None, Some(rows.keys())),
        };
        texts.into_iter().flatten().chain(rows.into_iter().flatten()).map(String::as_str)
    }

    /// How many keys it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        match &self.0 {
            Rows::Texts(texts) => texts.len(),
            Rows::Columns(rows) => rows.len(),
        }
    }
}

impl Object for Row {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.get(key).map(|text| Value::from(text.as_str()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().map(|column| Value::from(column.as_str())).collect())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.0.is_empty()
    }

    /// Nobody wants to hear a mapping: a row that is asked for no column reads as nothing.
    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map<T>(pairs: impl IntoIterator<Item = (&'static str, T)>) -> BTreeMap<String, T> {
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn jobs() -> Table {
        Table::of_rows(map([
            ("55001", map([("site", "Elm Street".to_owned()), ("trade", "sweep".to_owned())])),
            ("b-12", map([("site", "Oak Lane".to_owned())])),
        ]))
    }

    fn rendered(expression: &str) -> String {
        let mut engine = minijinja::Environment::new();
        engine.set_undefined_behavior(minijinja::UndefinedBehavior::Lenient);
        engine.add_function("job", |key: &str| jobs().look_up(key));
        engine.render_str(expression, ()).unwrap()
    }

    #[test]
    fn keys_are_found_in_every_spelling() {
        let zips = Table::of_texts(map([("10001", "Manhattan".to_owned())]));
        for key in ["10001", " 10001", "10001#", "10001 # ", "10001##"] {
            assert_eq!(zips.look_up(key), Value::from("Manhattan"), "{key:?}");
        }
        for key in ["", "#", "1000", "010001", "10001a"] {
            assert!(zips.look_up(key).is_undefined(), "{key:?}");
        }
        assert_eq!(rendered("{{ job('B-12').site }}, {{ job('b-12#').site }}"), "Oak Lane, Oak Lane");
    }

    #[test]
    fn an_absent_row_is_undefined_and_an_absent_column_is_nothing() {
        for (expression, expected) in [
            ("{{ job('55001').site }}, {{ job('55001').trade }}", "Elm Street, sweep"),
            ("{{ job('b-12').trade }}|{{ job('1') }}|{{ job('55001') }}", "||"),
            ("{{ job('b-12').trade is defined }} {{ job('b-12') is defined }}", "False True"),
            ("{{ job('1') is defined }} {{ job('') is defined }}", "False False"),
            ("{{ job('b-12').trade | default('any') }}", "any"),
            ("{% if job('1') %}yes{% else %}no{% endif %}", "no"),
            ("{% if job('b-12') %}yes{% else %}no{% endif %}", "yes"),
        ] {
            assert_eq!(rendered(expression), expected, "{expression}");
        }
    }

    #[test]
    fn the_columns_of_a_table_are_those_of_all_its_rows() {
        assert_eq!(jobs().columns(), BTreeSet::from(["site", "trade"]));
        assert!(Table::of_texts(map([("1", "one".to_owned())])).columns().is_empty());
    }
}
