//! DialogTech's dialect: IVR webhooks and transcription postbacks.
//!
//! A webhook's query and form become [`parameters::Parameters`], and these become the results of an IVR
//! ([`request::IvrResults`], with what an earlier answer left in [`pass_through::PassThrough`]) or a
//! [`transcription::Transcription`]. The answer to an IVR is an [`action::Action`], written by [`document::to_xml`].

pub mod about;
pub mod action;
pub mod call_state;
pub mod decide;
pub mod document;
mod fixed;
pub mod ids;
pub mod number;
pub mod parameters;
pub mod pass_through;
mod pass_value;
mod pin_outcome;
pub mod record;
pub mod request;
pub mod transcription;
