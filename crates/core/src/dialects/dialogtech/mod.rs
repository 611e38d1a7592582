//! DialogTech's dialect: IVR webhooks and transcription postbacks.
//!
//! A webhook's query and form become [`Parameters`], and these become a [`Request`] or a [`Transcription`]. An answer is
//! written by [`write`] as an `<action>` document ([`document`]) or as text.
//!
//! ```
//! use ringbolt_core::{
//!     dialects::dialogtech::{Parameters, Request},
//!     flow::Flow,
//!     time::EpochMs,
//! };
//!
//! let flow = Flow::load("{ flow: f, realm: f, fallback: { do: hangup }, ivrs: { survey: { id: 12345, do: hangup } } }")?;
//! let parameters = Parameters::parse("ivr_id=12345&ivr_caller_id=2125550123&qos=5&name=NA", None);
//! let request = Request::read(&parameters, &flow, EpochMs(0));
//! assert_eq!(request.results.answers.get("qos"), Some("5"));
//! assert_eq!(request.results.answers.get("name"), None, "an unanswered question");
//! # Ok::<(), ringbolt_core::flow::Mistakes>(())
//! ```

mod check;
mod decode;
pub mod document;
mod parameters;
pub mod pass_through;
mod pass_value;
mod request;
mod transcription;
mod write;

pub use check::check;
pub use parameters::{Form, MOST_PARAMETERS, Parameters};
pub use pass_through::PassThrough;
pub use request::{Request, UNANSWERED};
pub use transcription::{MissingUniqueId, Transcription};
pub use write::{Written, write, write_transfer};
