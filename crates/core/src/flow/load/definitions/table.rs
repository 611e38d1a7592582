//! `tables:`

use super::super::super::definitions::Table;
use super::super::super::template::Template;
use super::super::reader::{Fields, Reader};
use crate::flow::yaml::{Key, Node, Value};
use std::collections::BTreeMap;

/// What a row is, or both kinds.
const ROW: &str = "the text that a key stands for, or a mapping from columns to texts";

/// A mapping from keys to texts, or to rows of texts.
pub(super) fn table(r: &mut Reader, node: &Node) -> Option<Table> {
    let listed = r.entries(node, "a table, a mapping from keys to texts or to rows")?;
    let Some((_, first)) = listed.entries().first() else {
        r.mistake(listed.at, "a table is empty: it has at least one key");
        return None;
    };
    if listed.entries().len() > Table::MOST_ROWS {
        r.mistake(listed.at, format!("a table has at most {} keys", Table::MOST_ROWS));
        return None;
    }
    if matches!(first.value, Value::Map(_)) {
        rows(r, &listed, row).map(Table::of_rows)
    } else {
        rows(r, &listed, text).map(Table::of_texts)
    }
}

/// Every key with what it stands for; nothing if any of it cannot be read.
fn rows<T>(
    r: &mut Reader,
    listed: &Fields<'_>,
    mut read: impl FnMut(&mut Reader, &Node) -> Option<T>,
) -> Option<BTreeMap<String, T>> {
    let mut rows = BTreeMap::new();
    for (key, node) in listed.entries() {
        let name = table_key(r, key);
        let value = read(r, node);
        if let Some((name, value)) = name.zip(value)
            && rows.insert(name, value).is_some()
        {
            r.mistake_with_help(
                key.at,
                "this key is here a second time",
                "spaces around a key, `#` at its end and capital letters make no difference",
            );
        }
    }
    (rows.len() == listed.entries().len()).then_some(rows)
}

fn table_key(r: &mut Reader, key: &Key) -> Option<String> {
    let name = Table::key(&key.name);
    let fits = (1..=Table::MOST_KEY_BYTES).contains(&name.len());
    if !fits {
        r.mistake(key.at, format!("a key of a table has 1 to {} bytes without `#` at its end", Table::MOST_KEY_BYTES));
    }
    fits.then_some(name)
}

fn text(r: &mut Reader, node: &Node) -> Option<String> {
    if matches!(node.value, Value::Map(_)) {
        r.mistake(node.at, "all keys of a table have a text, or all have a row: the first one has a text");
        return None;
    }
    cell(r, node, ROW)
}

fn row(r: &mut Reader, node: &Node) -> Option<BTreeMap<String, String>> {
    if matches!(node.value, Value::Scalar { .. }) {
        r.mistake(node.at, "all keys of a table have a text, or all have a row: the first one has a row");
        return None;
    }
    let listed = r.entries(node, ROW)?;
    if !(1..=Table::MOST_COLUMNS).contains(&listed.entries().len()) {
        r.mistake(listed.at, format!("a row has 1 to {} columns", Table::MOST_COLUMNS));
        return None;
    }
    let mut columns = BTreeMap::new();
    for (key, node) in listed.entries() {
        let fits = r.is_name(key);
        let text = cell(r, node, "the text of a column");
        columns.extend(text.filter(|_| fits).map(|text| (key.name.clone(), text)));
    }
    (columns.len() == listed.entries().len()).then_some(columns)
}

fn cell(r: &mut Reader, node: &Node, expected: &str) -> Option<String> {
    let text = r.text(node, expected)?;
    if text.len() > Template::MAX_BYTES {
        r.mistake(node.at, format!("the text is longer than {} bytes", Template::MAX_BYTES));
        return None;
    }
    Some(text.to_owned())
}
