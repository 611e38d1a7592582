//! Wix Answers' dialect: the webhook of a Number Input IVR asks who the caller is, and an IVR's GUID answers.
//!
//! Source of every field: Wix Answers, "Setting Up IVR Webhooks".

pub mod decide;
mod json;
pub mod reply;
pub mod request;
