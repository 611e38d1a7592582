//! Each file is damaged in every way of [`crate::shapes::damage`], and read by everything that meets it. Nobody is let in by it,
//! no counter is reset, nothing panics, and the items beside it are not lost.

mod audit;
mod callers;
mod calls;
mod counters;
mod flows;

use crate::shapes::{
    damage::{self, Damaged},
    fixture::{Fixture, Table},
    world::World,
};
use ringbolt_tests::figures;

/// The variants of all files of a table that DynamoDB takes, each put in the place of its item when it is asked for.
struct Variants {
    table: Table,
    all: Vec<(Fixture, Damaged)>,
    put: usize,
}

impl Variants {
    fn of(table: Table, is_meant: impl Fn(&Fixture) -> bool) -> Self {
        let fixtures = Fixture::of(table).into_iter().filter(is_meant);
        let all = fixtures.flat_map(|fixture| {
            damage::variants(&fixture.item).into_iter().map(move |damaged| (fixture.clone(), damaged))
        });
        Self { table, all: all.collect(), put: 0 }
    }

    /// Puts the next one; `None` after the last.
    async fn next(&mut self, world: &World) -> Option<(Fixture, Damaged, String)> {
        while let Some((fixture, mut damaged)) = self.all.pop() {
            if world.put(self.table, &damaged.item).await {
                self.put += 1;
                // DynamoDB writes some numbers in another way.
                damaged.item = world.get(self.table, &damaged.item).await.unwrap();
                let case = format!("{fixture}: `{}` {}", damaged.path, damaged.what);
                return Some((fixture, damaged, case));
            }
        }
        None
    }

    fn note(&self) {
        println!("{} corrupt variants of {}", self.put, self.table.folder());
        figures::note("shapes", format!("corrupt variants of {}", self.table.folder()), self.put);
    }
}

/// What is wrong, of all that was tried: a list is easier to work on than the first of it.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn expect(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.0.push(fault());
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{} faults:\n{}", self.0.len(), self.0[..self.0.len().min(60)].join("\n"));
    }
}
