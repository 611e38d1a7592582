//! The files in `tests/fixtures/stored/`.

use crate::shapes::dynamodb_json::{self, Item};
use ringbolt_tests::app::root;
use std::{fmt, fs, path::PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    Callers,
    Calls,
    Counters,
    Flows,
    Audit,
}

impl Table {
    pub const ALL: [Self; 5] = [Self::Callers, Self::Calls, Self::Counters, Self::Flows, Self::Audit];

    pub fn folder(self) -> &'static str {
        match self {
            Self::Callers => "callers",
            Self::Calls => "calls",
            Self::Counters => "counters",
            Self::Flows => "flows",
            Self::Audit => "audit",
        }
    }

    pub fn has_sort_key(self) -> bool {
        matches!(self, Self::Calls | Self::Flows | Self::Audit)
    }
}

/// An item that some version of Ringbolt has written.
#[derive(Clone, Debug)]
pub struct Fixture {
    pub table: Table,
    /// The name of its file, without `.json`.
    pub name: String,
    pub item: Item,
}

impl fmt::Display for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.table.folder(), self.name)
    }
}

pub fn path(table: Table, name: &str) -> PathBuf {
    root().join("tests/fixtures/stored").join(table.folder()).join(format!("{name}.json"))
}

impl Fixture {
    pub fn load(table: Table, name: &str) -> Self {
        let path = path(table, name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let item = dynamodb_json::item(&serde_json::from_str(&text).unwrap());
        Self { table, name: name.to_owned(), item }
    }

    /// The fixtures of a table, by name.
    pub fn of(table: Table) -> Vec<Self> {
        let folder = path(table, "x");
        let files = fs::read_dir(folder.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
        let mut names: Vec<String> = files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names.iter().map(|name| Self::load(table, name)).collect()
    }

    pub fn all() -> Vec<Self> {
        Table::ALL.into_iter().flat_map(Self::of).collect()
    }
}

/// What the file of an item must say: a line for each attribute.
pub fn text(item: &Item) -> String {
    let json = dynamodb_json::json(item);
    let lines = json.as_object().unwrap().iter().map(|(name, value)| format!("  \"{name}\": {value}"));
    format!("{{\n{}\n}}\n", lines.collect::<Vec<_>>().join(",\n"))
}
