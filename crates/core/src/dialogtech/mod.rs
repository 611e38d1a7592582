//! DialogTech's dialect: IVR webhooks and transcription postbacks.

pub mod action;
//pub mod call_state;
pub mod number;
