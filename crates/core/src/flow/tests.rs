mod good;
mod mistakes;
mod proof;
mod rules;

/// A small flow that loads; the tests of mistakes change one thing in it.
const GOOD: &str = include_str!("tests/good.yaml");
