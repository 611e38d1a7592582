mod answers;
mod examples;
mod good;
mod hostile;
mod mistakes;
mod parameters;
mod proof;
mod rules;
mod spec_examples;

/// A small flow that loads; the tests of mistakes change one thing in it.
const GOOD: &str = include_str!("tests/good.yaml");
