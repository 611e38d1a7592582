//! Writing an answer.

use super::document::to_xml;
use super::pass_through::{PASS_THROUGH_LIMIT_BYTES, PassThrough};
use crate::call::{Answer, Next};
use crate::flow::action::{self, Action};
use crate::flow::fields::STATE;
use crate::flow::{Flow, Ivrs};
use crate::number::PhoneNumber;
use crate::text::spoken_text;

/// An answer on the wire ("Advanced Webhook Actions").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// "Retrieve next action": an XML document.
    Document(String),
    /// "Retrieve message and read to user": a text.
    Text(String),
}

impl Written {
    /// The text that goes out.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Document(text) | Self::Text(text) => text,
        }
    }
}

/// Writes an answer. The next IVR gets the pass-through data that came in, then the flow's own, then our signed state; a
/// fallback carries nothing on.
#[must_use]
pub fn write(answer: &Answer, flow: &Flow, came: &PassThrough) -> Written {
    match &answer.next {
        Next::Say(text) => Written::Text(text.clone()),
        Next::Action(action) => {
            let pass_through = match action {
                Action::Ivr(ivr) => passed(&ivr.pass, answer, came),
                _ => String::new(),
            };
            Written::Document(to_xml(action, &pass_through, &flow.ivrs))
        }
    }
}

/// Writes a transfer to a number, which needs no flow.
#[must_use]
pub fn write_transfer(destination: PhoneNumber) -> String {
    to_xml(&Action::Transfer { destination }, "", &Ivrs::default())
}

fn passed(of_flow: &action::PassThrough<String>, answer: &Answer, came: &PassThrough) -> String {
    let mut pass_through = if answer.is_fallback() { PassThrough::default() } else { came.clone() };
    match of_flow {
        action::PassThrough::None => {}
        action::PassThrough::Opaque(text) => pass_through = PassThrough::parse(&spoken_text(text)),
        action::PassThrough::Pairs(pairs) => pairs.iter().for_each(|(key, value)| pass_through.set(key, value)),
    }
    match &answer.state {
        Some(state) => pass_through.set_protected(STATE, state),
        None => pass_through.remove(STATE),
    }
    pass_through.render(PASS_THROUGH_LIMIT_BYTES).text
}
