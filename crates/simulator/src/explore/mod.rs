//! Exploration: calls that nobody scripted. At every question it tries silence, entries that are right, wrong, too short
//! and too long, every choice and a hang-up, lets people answer or not, and breaks the database at each webhook. It checks
//! what must hold in every call.
//!
//! A call in a state in which another one was already is not walked further, so that exploration ends.

mod conditions;
mod entries;
mod facts;
mod finding;
mod invariants;
mod invented;
mod moves;
mod search;
mod worlds;

pub use finding::{Finding, Kind};
pub use search::{Explored, Limits, explore};
pub use worlds::{World, worlds, worlds_on};
