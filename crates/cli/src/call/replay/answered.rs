//! Two answers, and whether they mean the same to the call.

use crate::action_document::ActionDocument;
use ringbolt_core::{
    dialects::dialogtech::PassThrough,
    flow::{Flow, fields::STATE},
};

/// The parameters that say where a call goes. All others change what happens there.
const DESTINATIONS: [&str; 3] = ["id", "phone_list", "destination"];

/// An answer as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    Action(ActionDocument),
    /// A text that the caller hears.
    Text(String),
}

impl Answered {
    /// Reads what was sent, without our own state, which differs in every answer.
    pub(super) fn read(sent: &str) -> Self {
        let Some(mut document) = ActionDocument::read(sent) else { return Self::Text(sent.to_owned()) };
        if let Some(text) = document.parameters.remove("p_t") {
            let mut passed = PassThrough::parse(&text);
            passed.remove(STATE);
            let text = passed.to_text();
            if !text.is_empty() {
                document.parameters.insert("p_t".to_owned(), text);
            }
        }
        Self::Action(document)
    }

    /// Where the call goes, in words.
    pub(super) fn destination(&self, flow: &Flow) -> String {
        match self {
            Self::Action(document) => document.destination(Some(flow)),
            Self::Text(_) => "hears a text".to_owned(),
        }
    }

    /// What differs in another answer with the same destination. Empty if the destinations differ.
    pub(super) fn changed(&self, other: &Self) -> Vec<String> {
        match (self, other) {
            (Self::Text(_), Self::Text(_)) => vec!["text".to_owned()],
            (Self::Action(old), Self::Action(new)) => {
                let same = |name: &str| old.parameter(name) == new.parameter(name);
                if old.app != new.app || !DESTINATIONS.into_iter().all(same) {
                    return Vec::new();
                }
                let mut names: Vec<&String> = old.parameters.keys().chain(new.parameters.keys()).collect();
                names.sort();
                names.dedup();
                let differs = |name: &&String| old.parameters.get(*name) != new.parameters.get(*name);
                names.into_iter().filter(differs).cloned().collect()
            }
            _ => Vec::new(),
        }
    }

    /// What these parts say: `text`, or names of parameters.
    pub(super) fn parts(&self, names: &[String]) -> String {
        match self {
            Self::Text(text) => format!("\"{text}\""),
            Self::Action(document) => {
                let part = |name: &String| match document.parameters.get(name) {
                    Some(value) => format!("{}=\"{value}\"", name.trim_start_matches("user_parameters/")),
                    None => format!("no {}", name.trim_start_matches("user_parameters/")),
                };
                names.iter().map(part).collect::<Vec<_>>().join(", ")
            }
        }
    }
}
