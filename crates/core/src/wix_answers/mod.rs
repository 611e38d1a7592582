//! Wix Answers' dialect: the IVR webhook.

pub mod reply;
