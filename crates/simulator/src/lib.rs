//! Plays the telephony providers: a call is walked through a flow, the webhooks that the provider would send are made, the
//! answers are read as strictly as the provider reads them, and followed.
//!
//! [`Call`] is a state machine over values: what was keyed and what came back goes in, together with the time; what the
//! caller hears and the next [`Request`] come out. It sends nothing itself.
//!
//! ```
//! use ringbolt_core::{flow::Flow, time::EpochMs};
//! use ringbolt_simulator::{Call, Input, Provider, Reply, Setting, Stage};
//!
//! let flow = Flow::load(
//!     "{ flow: f, realm: f, starts: survey, fallback: { do: hangup }, ivrs: { survey: { id: 12345,
//!        asks: [{ prompt: 'From 1 to 5?', as: qos, digits: 1 }], do: hangup } } }",
//! )?;
//! let mut call = Call::start(Setting::new(flow.into(), Provider::DialogTech), EpochMs(0))?;
//! assert_eq!(call.heard(), Some("From 1 to 5?"));
//! call.input(Input::Key('5'), EpochMs(1_000))?;
//! let request = call.webhook().expect("the IVR has ended");
//! assert!(request.target().contains("&qos=5&"));
//! call.input(Input::Reply(Reply::xml("<action><app>hangup</app></action>")), EpochMs(2_000))?;
//! assert!(matches!(call.stage(), Stage::Ended(_)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod call;
mod caption;
pub mod coverage;
mod dialogtech;
mod event;
mod exchange;
pub mod explore;
pub mod script;
mod setting;
mod twiml;
mod wix_answers;
mod words;
mod xml;

pub use call::{
    Call, CannotStart, Input, NotNow, Person, PersonState, Question, Stage, Transcription, TranscriptionState,
};
pub use caption::{Caption, Drawn, Tone, captions, moved_in_words, outcome_in_words, rule_in_words, since};
pub use dialogtech::document::{Instruction, Refused};
pub use dialogtech::findme::FindMe;
pub use dialogtech::shown::{pass_through, pretty_xml};
pub use event::{Ended, Event, Invalid, PersonDoes};
pub use exchange::{Decided, Exchange, Field, Method, Reply, Request};
pub use setting::{LOCAL_PUBLIC_URL, LOCAL_TOKEN, LOCAL_TWIML_KEY, Portal, Provider, Setting, WixUser};
pub use words::{DOT, dots};
