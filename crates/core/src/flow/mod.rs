//! Call flows: what a call centre writes about its calls, as a file that people can read.
//!
//! A flow is checked whole when it is loaded ([`Flow::load`]). After that only a template that reads a missing attribute
//! can still fail. Nothing here knows how a provider spells anything on the wire.
//!
//! ```
//! use ringbolt_core::flow::Flow;
//!
//! let flow = Flow::load(
//!     r#"
//! flow: survey
//! realm: survey
//! fallback: { do: hangup }
//! starts: survey
//! ivrs:
//!   survey:
//!     id: 20001
//!     asks: [{ prompt: "From 1 to 5, how did we do?", as: score, one_of: ["1", "2", "3", "4", "5"] }]
//!     rules:
//!       - when: answers.score | int <= 2
//!         do: { transfer: { destination: "8005550100" } }
//!       - do: hangup
//! "#,
//! )?;
//! assert_eq!(flow.ivrs.iter().len(), 1);
//!
//! let mistakes = Flow::load("flow: survey\nrelm: survey").unwrap_err().to_string();
//! assert!(mistakes.contains("unknown key `relm` (did you mean `realm`?)"));
//! # Ok::<(), ringbolt_core::flow::Mistakes>(())
//! ```

pub mod action;
pub mod definitions;
mod destination;
pub mod fields;
mod file;
pub mod graph;
pub mod hours;
pub mod ids;
mod ivr;
pub mod language;
mod load;
mod login;
mod mistake;
pub mod portal;
pub mod prompt;
mod proof;
mod rules;
pub mod template;
pub mod wix_answers;
mod written;
pub mod yaml;

pub use definitions::Definitions;
pub use destination::{Destination, FallbackAction, FlowAction, Found};
pub use file::{Fallback, Flow};
pub use ids::{AnswerName, IvrName, ParameterName, PortalId, QuestionId};
pub use ivr::{AfterPin, Ask, Ivr, Ivrs, Owner, Recording, Step, VerifyPin};
pub use load::{Checked, Unproven};
pub use login::KeyedLogin;
pub use mistake::{Mistake, Mistakes, Position, Severity, did_you_mean};
pub use portal::{DialogTech, FieldNames, Twiml};
pub use prompt::Prompt;
pub use rules::{Condition, Judged, Rule, Rules, TakenRule};
pub use template::{Scope, Template, TemplateError};
pub use wix_answers::{Reply, WixAnswers};
pub use written::HasTemplates;

#[cfg(test)]
mod tests;
