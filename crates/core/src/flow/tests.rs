mod definitions;
mod good;
mod guide;
mod mistakes;
mod proof;
mod rules;
mod verified;

use super::Flow;

/// A small flow that loads; the tests of mistakes change one thing in it.
const GOOD: &str = include_str!("tests/good.yaml");

fn load(text: &str) -> Flow {
    Flow::load(text).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}
