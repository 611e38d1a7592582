//! The operators' commands: the real binary on a real DynamoDB.

mod audit;
mod callers;
mod enrolment;
mod erasure;
mod local;
mod output;
mod pins;
mod trouble;

use crate::shared::{
    deployment::{self, Deployment, Said},
    server,
};
