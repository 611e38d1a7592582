//! Every mapping of the language with its keys.

mod actions;
mod file;
mod ivrs;
mod keys;
mod providers;

pub use actions::{ACTION, FINDME, TO_IVR, TRANSFER};
pub use file::{ANI_LIMIT, CALENDAR, FALLBACK, FLOW, LIMITS, LOCKOUT, START_RULE};
pub use ivrs::{ASK, IVR, OUTCOME_RULE, RULE, VERIFIED_RULE, VERIFY_PIN};
pub use keys::MOST_RULES;
pub use providers::{DIALOGTECH, MAILBOX, REPLY_RULE, TWIML, WIX_ANSWERS, WIX_IVR};
