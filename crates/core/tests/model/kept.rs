//! The rules hold in every state of every model.

use crate::{
    bounds::{self, Sizes},
    explore,
    rules::Rule,
};
use std::{fs::OpenOptions, io::Write as _, path::Path};

/// Explores a model. These kinds of answers must be among those that were given, or the model checks too little.
fn keeps_every_rule(sizes: Sizes, answers: &[&str]) {
    let bounds = sizes.chosen();
    let found = explore(bounds, &Rule::KEPT, None);
    println!("model {}: {} states", bounds.name, found.states);
    note(bounds.name, found.states);
    if let Some(violation) = found.violation {
        panic!("{}:\n{violation}", bounds.name);
    }
    let missing: Vec<_> = answers.iter().filter(|answer| !found.answers.contains(*answer)).collect();
    assert!(missing.is_empty(), "{}: {missing:?} was never answered", bounds.name);
}

/// Adds a line to the table at the end of `cargo xtask test`, which sets the variable.
fn note(model: &str, states: usize) {
    let Some(folder) = std::env::var_os("RINGBOLT_FIGURES") else { return };
    let mut file = OpenOptions::new().append(true).create(true).open(Path::new(&folder).join("model.tsv")).unwrap();
    file.write_all(format!("model\t{model}\t{states}\n").as_bytes()).unwrap();
}

#[test]
fn guesses_at_once_keep_every_rule() {
    keeps_every_rule(bounds::GUESSES, &["verified", "verified again", "wrong", "wrong again", "locked"]);
}

#[test]
fn lost_requests_and_replies_keep_every_rule() {
    keeps_every_rule(bounds::LOSSES, &["verified", "verified again", "wrong", "wrong again", "locked"]);
}

#[test]
fn an_administrators_changes_keep_every_rule() {
    keeps_every_rule(
        bounds::ADMINISTRATOR,
        &["verified", "verified again", "wrong", "wrong again", "locked", "suspended"],
    );
}

#[test]
fn a_rotation_of_the_pin_key_keeps_every_rule() {
    keeps_every_rule(bounds::KEYS, &["verified", "outdated", "outdated again", "incomparable", "wrong", "locked"]);
}

#[test]
fn a_change_of_the_hash_keeps_every_rule() {
    keeps_every_rule(bounds::HASH, &["verified", "outdated", "outdated again", "incomparable, taken back", "wrong"]);
}

#[test]
fn clocks_that_disagree_keep_every_rule() {
    keeps_every_rule(bounds::CLOCKS, &["verified", "verified again", "clock behind", "wrong", "locked"]);
}

#[test]
fn a_little_of_everything_keeps_every_rule() {
    keeps_every_rule(bounds::EVERYTHING, &["verified", "outdated", "wrong", "suspended", "clock behind"]);
}
