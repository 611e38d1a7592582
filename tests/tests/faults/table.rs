//! The table of what came of each trouble at each call site.

use crate::faults::expected::Outcome;
use ringbolt_tests::{Site, Trouble};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

/// What came of one trouble at each call site, in all dialects.
type Row = BTreeMap<Site, BTreeSet<String>>;

/// Rows are troubles, once or always; columns are call sites.
#[derive(Default)]
pub struct Table {
    cells: Mutex<BTreeMap<(Trouble, bool), Row>>,
    count: Mutex<usize>,
}

impl Table {
    /// Adds a cell, which several dialects can share if the same came of it.
    pub fn add(&self, trouble: Trouble, always: bool, site: Site, cell: String) {
        *self.count.lock().unwrap() += 1;
        self.cells.lock().unwrap().entry((trouble, always)).or_default().entry(site).or_default().insert(cell);
    }

    /// Prints the table, and returns how many cells were added.
    pub fn print(&self, title: &str) -> usize {
        let cells = self.cells.lock().unwrap();
        let sites: BTreeSet<Site> = cells.values().flat_map(|row| row.keys().copied()).collect();
        println!("\n{title}");
        print!("{:<32}", "");
        sites.iter().for_each(|site| print!("{site:<15}"));
        println!();
        for ((trouble, always), row) in cells.iter() {
            print!("{trouble:<24}{:<8}", if *always { "always" } else { "once" });
            for site in &sites {
                let cell = row.get(site).map(|texts| texts.iter().cloned().collect::<Vec<_>>().join(" / "));
                print!("{:<15}", cell.unwrap_or_default());
            }
            println!();
        }
        *self.count.lock().unwrap()
    }
}

/// A cell in short: what is heard, and what is counted.
pub fn cell(outcome: Outcome) -> String {
    format!("{} {}", outcome.heard, outcome.counted)
}
