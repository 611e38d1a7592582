//! `ringbolt flow`: the real binary on a real DynamoDB.

mod check;
mod deployment;
mod explored;
mod graph;
mod history;
mod hours;
mod push;
mod rollback;
mod scripted;
mod versions;

use crate::shared::{json, server};
