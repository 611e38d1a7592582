//! `ringbolt dev` as people and providers use it: the built command in its own folder, called over HTTP.

mod call_flows;
mod callers;
mod dialogtech;
mod errors;
mod hostile;
mod http;
mod login;
mod phone;
mod privacy;
mod private;
mod process;
mod state;
mod terminal;
mod unread;
mod wix_answers;

use http::Reply;
use process::{Ringbolt, Start};
