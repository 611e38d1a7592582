//! DialogTech's dialect: IVR webhooks and transcription postbacks.

pub mod action;
pub mod document;
pub mod ids;
pub mod number;
pub mod parameters;
pub mod pass_through;
mod pass_value;
pub mod request;
