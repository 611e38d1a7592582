//! `ringbolt pin import` and `ringbolt pin export-users`: the real binary on a real DynamoDB.

mod at_once;
mod changed;
mod errors;
mod export;
mod large;
mod oddities;
mod process;
mod refused;
mod skip;
mod spreadsheets;
mod through;
mod trouble;

use crate::shared::json;
use process::Deployment;
