//! The `<action>` document (DialogTech, "Responding to DialogTech's WebHook").

use crate::flow::action::{Action, AutoAccept, FindMe, FindMeTarget, NoAnswer, Screening, ToIvr};
use crate::flow::{Ivr, IvrName, Ivrs};
use crate::text::xml_text;

/// Writes the document: no XML declaration, no white space between elements, elements in the order of the
/// specification's tables, and every text through [`xml_text`].
///
/// IVRs are written by the ids that `ivrs` gives them. `pass_through` is wire text already
/// ([`PassThrough::render`](super::PassThrough::render)); if it is empty there is no `<p_t>`. A whisper phrase with nothing
/// to say is left out as well. A user parameter with an empty value stays: without it the caller would hear its
/// placeholder.
#[must_use]
pub fn to_xml(action: &Action<String>, pass_through: &str, ivrs: &Ivrs) -> String {
    let mut document = Document { text: String::new(), ivrs };
    document.within("action", |d| match action {
        Action::Ivr(ivr) => d.ivr(ivr, pass_through),
        Action::FindMe(findme) => d.findme(findme),
        Action::VirtualReceptionist { id } => d.app_with("vr", "id", id.as_str()),
        Action::Voicemail { id } => d.app_with("voicemail", "id", id.as_str()),
        Action::Hangup => d.element("app", "hangup"),
        Action::Transfer { destination } => d.app_with("transfer", "destination", destination.as_str()),
    });
    document.text
}

/// The text so far. Element names are our own constants or parsed parameter names, so they need no escape.
struct Document<'f> {
    text: String,
    ivrs: &'f Ivrs,
}

impl Document<'_> {
    fn within(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.text.extend(["<", name, ">"]);
        content(self);
        self.text.extend(["</", name, ">"]);
    }

    fn element(&mut self, name: &str, text: &str) {
        self.within(name, |d| d.text.push_str(&xml_text(text)));
    }

    fn element_unless_empty(&mut self, name: &str, text: &str) {
        if !xml_text(text).is_empty() {
            self.element(name, text);
        }
    }

    fn app_with(&mut self, app: &str, parameter: &str, value: &str) {
        self.element("app", app);
        self.within("parameters", |d| d.element(parameter, value));
    }

    /// The id of an IVR. Loading has checked that each has one that an action of DialogTech leads to.
    fn id_of(&self, name: &IvrName) -> String {
        let id = self.ivrs.get(name).and_then(|ivr| ivr.id.as_ref());
        id.map(ToString::to_string).unwrap_or_default()
    }

    fn ivr(&mut self, ivr: &ToIvr<String>, pass_through: &str) {
        let old_spelling = self.ivrs.get(&ivr.to).is_some_and(|ivr: &Ivr| ivr.old_spelling);
        self.element("app", if old_spelling { "survo" } else { "ivr" });
        self.within("parameters", |d| {
            d.element("id", &d.id_of(&ivr.to));
            if let Some(question) = &ivr.question_id {
                d.element("question_id", question.as_str());
            }
            if !ivr.user_parameters.is_empty() {
                d.within("user_parameters", |d| {
                    for (name, value) in &ivr.user_parameters {
                        d.element(name.as_str(), value);
                    }
                });
            }
            d.element_unless_empty("p_t", pass_through);
        });
    }

    fn findme(&mut self, findme: &FindMe<String>) {
        self.element("app", "findme");
        self.within("parameters", |d| {
            match &findme.target {
                FindMeTarget::Id(id) => d.element("id", id.as_str()),
                FindMeTarget::PhoneList(list) => {
                    let numbers: Vec<&str> = list.numbers().iter().map(|number| number.as_str()).collect();
                    d.element("phone_list", &numbers.join("|"));
                }
            }
            if let Some(simultaneous) = findme.simultaneous {
                d.element("simultaneous", &simultaneous.to_string());
            }
            if let Some(screening) = &findme.screening {
                d.screening(screening);
            }
            if let Some(record) = findme.record {
                d.element("record", if record { "1" } else { "0" });
            }
            if let Some(accept) = findme.auto_accept {
                d.element("auto_accept", auto_accept(accept));
            }
            if let Some(dtmf_only) = findme.dtmf_only {
                d.element("dtmf_only", if dtmf_only { "1" } else { "0" });
            }
            if let Some(no_answer) = &findme.no_answer {
                d.no_answer(no_answer);
            }
            if let Some(timeout) = findme.timeout_secs {
                d.element("timeout", &timeout.get().to_string());
            }
        });
    }

    fn screening(&mut self, screening: &Screening<String>) {
        match screening {
            Screening::RecordName => self.element("screen_method", "0"),
            Screening::Phrase(phrase) => {
                self.element("screen_method", "1");
                self.element_unless_empty("whisper_phrase", phrase.as_deref().unwrap_or_default());
            }
            Screening::Audio(file) => {
                self.element("screen_method", "2");
                self.element("whisper_audio", file);
            }
        }
    }

    fn no_answer(&mut self, no_answer: &NoAnswer) {
        let of_portal = |id: &crate::flow::PortalId| Some(id.to_string());
        let (code, item) = match no_answer {
            NoAnswer::Disconnect => ("1", None),
            NoAnswer::Voicemail(id) => ("2", of_portal(id)),
            NoAnswer::AcceptLast => ("3", None),
            NoAnswer::VirtualReceptionist(id) => ("4", of_portal(id)),
            NoAnswer::FindMe(id) => ("5", of_portal(id)),
            NoAnswer::Ivr(name) => ("6", Some(self.id_of(name))),
            NoAnswer::AcceptLastUnscreened => ("7", None),
        };
        self.element("nextaction", code);
        if let Some(id) = item {
            self.element("nextactionitem", &id);
        }
    }
}

fn auto_accept(accept: AutoAccept) -> &'static str {
    match accept {
        AutoAccept::Ask => "0",
        AutoAccept::First => "1",
        AutoAccept::LastUnscreened => "2",
        AutoAccept::LastScreened => "3",
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
