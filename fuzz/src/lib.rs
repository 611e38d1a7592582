//! What the fuzz targets do: each function takes the bytes that libFuzzer made, and panics if a promise is broken.
//!
//! They are compiled once; each file in `targets/` only calls one of them. docs/testing.md says how they are run.

mod callers_csv;
mod dialogtech;
mod documents;
mod flow;
mod flows;
mod forms;
mod hours;
mod identity;
mod input;
mod pass_through;
mod requests;
mod script;
mod signatures;
mod simulator;
mod states;
mod template;
mod twiml;
mod wix_answers;
mod xml;

pub use callers_csv::csv;
pub use dialogtech::{request as dialogtech_request, transcription as dialogtech_transcription};
pub use flow::flow;
pub use forms::forms;
pub use hours::{hours, hours_file};
pub use identity::identity;
pub use pass_through::pass_through;
pub use requests::{event, token};
pub use script::script;
pub use signatures::signatures;
pub use simulator::{dialogtech as simulator_dialogtech, twiml as simulator_twiml};
pub use states::signed as call_state;
pub use template::{condition, template};
pub use twiml::{conversation_of_requests as twiml_conversation, request as twiml_request};
pub use wix_answers::request as wix_answers_request;
pub use xml::{dialogtech as dialogtech_document, twiml as twiml_document};
