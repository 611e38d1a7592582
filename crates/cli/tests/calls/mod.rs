//! `ringbolt event`, `call`, `secret` and `doctor`: the real binary on a real DynamoDB, with a stand-in for the other AWS
//! services.

mod attacks;
mod aws;
mod dev;
mod doctor;
mod documented;
mod duress;
mod event;
mod explain;
mod failures;
mod init;
mod lookup;
mod pin_key;
mod replay;
mod tail;
mod token;
mod trigger;
mod twiml;
mod twiml_keys;
mod voice;

use crate::shared::{
    deployment::{self, Said},
    json, server,
};
