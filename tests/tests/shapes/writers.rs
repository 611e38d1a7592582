//! Everything that writes is run, and every item that it leaves has a file with its shape.
//!
//! `RINGBOLT_UPDATE_DOCS=1` adds the files that are missing. It changes none: an item that was written once may be in
//! somebody's table.

mod audit;
mod callers;
mod calls;
mod counters;
mod flows;

pub use audit::content;
pub use callers::{moving, named, tags};
pub use calls::{about, answered, transcript, visit};
pub use counters::{ANI, LIMIT, attempt_at_nobody, fingerprint};
pub use flows::text as flow_text;

use crate::shapes::{
    dynamodb_json::Item,
    fixture::{self, Fixture, Table},
    shape::{self, Shape},
    world::World,
};
use ringbolt_tests::figures;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// What the writers left.
pub struct Written {
    world: World,
    known: BTreeMap<Table, BTreeSet<Shape>>,
    /// The name of a file that is missing, with the item that it should have.
    missing: Vec<(Table, String, Item)>,
}

impl Written {
    async fn new() -> Self {
        let shapes = |table| Fixture::of(table).iter().map(|fixture| shape::of(table, &fixture.item)).collect();
        let known = Table::ALL.into_iter().map(|table| (table, shapes(table))).collect();
        Self { world: World::start().await, known, missing: Vec::new() }
    }

    /// Looks at everything that is stored after a step. The files of new shapes are named after it.
    async fn after(&mut self, step: &str) {
        for table in Table::ALL {
            for item in self.world.items(table).await {
                if self.known.get_mut(&table).unwrap().insert(shape::of(table, &item)) {
                    self.miss(table, step, item);
                }
            }
        }
    }

    /// The file of this name must exist: it shows a state, of which other items may have the same shape. What else is
    /// stored is looked at by the next [`Written::after`].
    async fn shows(&mut self, table: Table, name: &str, pk: &str, sk: Option<&str>) {
        let items = self.world.items(table).await;
        let is = |item: &Item, key: &str, text: &str| item.get(key).is_some_and(|value| value.as_s().unwrap() == text);
        let item = items.into_iter().find(|item| is(item, "pk", pk) && sk.is_none_or(|sk| is(item, "sk", sk)));
        let item = item.unwrap_or_else(|| panic!("{name}: there is no item {pk} {sk:?}"));
        if fixture::path(table, name).exists() {
            let stored = shape::of(table, &Fixture::load(table, name).item);
            if stored != shape::of(table, &item) {
                // The file of the earlier shape stays.
                self.miss(table, &format!("{name}-again"), item);
            }
        } else {
            self.known.get_mut(&table).unwrap().insert(shape::of(table, &item));
            self.miss(table, name, item);
        }
    }

    fn miss(&mut self, table: Table, step: &str, item: Item) {
        let taken = |name: &str| {
            fixture::path(table, name).exists()
                || self.missing.iter().any(|(of, known, _)| *of == table && known == name)
        };
        let mut name = step.to_owned();
        let mut number = 2;
        while taken(&name) {
            name = format!("{step}-{number}");
            number += 1;
        }
        self.missing.push((table, name, item));
    }

    /// # Panics
    /// A file is missing.
    fn end(self) {
        let update = std::env::var("RINGBOLT_UPDATE_DOCS").is_ok();
        for (table, name, item) in &self.missing {
            let path = fixture::path(*table, name);
            if update {
                fs::write(path, fixture::text(item)).unwrap();
            } else {
                println!("tests/fixtures/stored/{}/{name}.json:\n{}", table.folder(), fixture::text(item));
            }
        }
        let names: Vec<String> =
            self.missing.iter().map(|(table, name, _)| format!("{}/{name}.json", table.folder())).collect();
        assert!(
            update || names.is_empty(),
            "Ringbolt writes items in shapes that no file in tests/fixtures/stored/ has. Keep the existing files, because \
             tables have such items, and add these, as they are printed above or with RINGBOLT_UPDATE_DOCS=1: {names:?}"
        );
    }
}

#[tokio::test]
async fn every_item_that_is_written_has_a_shape_that_is_on_file() {
    let mut written = Written::new().await;
    callers::write(&mut written).await;
    counters::write(&mut written).await;
    calls::write(&mut written).await;
    flows::write(&mut written).await;
    audit::write(&mut written).await;
    written.end();
    let shapes: BTreeSet<(Table, Shape)> =
        Fixture::all().iter().map(|fixture| (fixture.table, shape::of(fixture.table, &fixture.item))).collect();
    figures::note("shapes", "stored shapes", shapes.len());
    figures::note("shapes", "items on file", Fixture::all().len());
}
