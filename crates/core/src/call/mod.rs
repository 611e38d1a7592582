//! One call at work: what came in ([`Results`]) becomes a [`Plan`], perhaps an attempt at a PIN, and an [`Answer`]. Nothing
//! here knows a provider: dialects read requests into `Results` and write `Answer`s.
//!
//! ```
//! use ringbolt_core::{
//!     call::{Engine, Next, Plan, Results},
//!     flow::{Flow, IvrName, hours::Closures},
//!     outcome::Outcome,
//!     pin::PinKeys,
//!     time::EpochMs,
//! };
//!
//! let flow = Flow::load(
//!     "{ flow: survey, realm: survey, fallback: { do: hangup }, ivrs: { survey: { id: 1, say: 'Thank you, {{ answers.name }}.' } } }",
//! )?;
//! let keys = PinKeys::from_json(&format!(r#"{{"current":"{}"}}"#, "k".repeat(90)))?;
//! let survey = IvrName::parse("survey")?;
//! let results = Results::of(survey).with_answers([("name".to_owned(), "Ada".to_owned())]);
//! let closures = Closures::default().into();
//! let Plan::Answer(answer) = Engine::new(&flow, &results, &keys, &closures, EpochMs(0)).plan()? else { unreachable!() };
//! assert_eq!(answer.next, Next::Say("Thank you, Ada.".to_owned()));
//! assert_eq!(answer.outcome, Outcome::Said);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod about;
mod answer;
mod begin;
mod engine;
mod error;
pub mod ids;
mod judged;
mod login;
mod plan;
pub mod record;
mod render;
mod results;
pub mod state;

pub use answer::{Answer, Next, Reason};
pub use begin::begin;
pub use engine::{Engine, fallback};
pub use error::{Place, Undecidable, Why};
pub use login::{Login, LoginAnswer, LoginPlan, LoginRequest, ProviderUser};
pub use plan::{PinAttempt, Plan};
pub use results::{Ended, Results};
pub use state::CallState;
