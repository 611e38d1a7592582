//! What a flow lacks to be played by a TwiML provider, which has no portal behind it.

use crate::flow::action::{Action, ExitTo, FindMe, Screening, Taken};
use crate::flow::{
    Ask, Condition, Destination, Flow, FlowAction, Ivr, IvrName, Mistake, Owner, PortalId, Position, Rules, Severity,
    Step, Template, VerifyPin,
};
use std::collections::BTreeSet;
use std::time::Duration;

/// DialogTech's names of what every provider sends, and the names that hold for all of them.
const NEUTRAL: [(&str, &str); 4] =
    [("ivr_caller_id", "ani"), ("ivr_number_called", "dnis"), ("ivr_session_id", "id"), ("ivr_timestamp", "at")];

/// The longest recording that Twilio transcribes.
const TRANSCRIBED: Duration = Duration::from_secs(120);

/// What a flow lacks to be played by a TwiML provider: errors, and warnings about what such a provider never sends. Looks
/// at everything that a call can come to from `starts`, and at the fallback. In the file's order.
#[must_use]
pub fn check(flow: &Flow) -> Vec<Mistake> {
    let mut walk = Walk { flow, found: Vec::new(), reached: BTreeSet::new(), next: Vec::new() };
    walk.starts();
    walk.action(flow.fallback.at, &flow.fallback.action, String::as_str);
    while let Some(ivr) = walk.next.pop() {
        walk.ivr(ivr);
    }
    let mut found = walk.found;
    found.sort_by(|a, b| (a.line, a.column, &a.message).cmp(&(b.line, b.column, &b.message)));
    // IVRs that are `like` another share its step, and so its mistakes.
    found.dedup();
    found
}

/// Whether a TwiML provider can play a flow: [`check`] finds no error.
#[must_use]
pub fn can_play(flow: &Flow) -> bool {
    check(flow).iter().all(|mistake| mistake.severity == Severity::Warning)
}

/// A walk along everything that a call can come to.
struct Walk<'f> {
    flow: &'f Flow,
    found: Vec<Mistake>,
    reached: BTreeSet<&'f IvrName>,
    next: Vec<&'f Ivr>,
}

impl<'f> Walk<'f> {
    fn starts(&mut self) {
        let Some(first) = self.flow.ivrs.iter().map(|ivr| ivr.at).min() else {
            let help = "say under `ivrs` what callers hear and key, and name the first IVR in `starts`";
            return self.lacks(
                Position::default(),
                "the flow has no `ivrs`, so a TwiML provider has nothing to play",
                help,
            );
        };
        let Some(starts) = &self.flow.starts else {
            let message = "`starts` is missing: a TwiML provider has no portal that knows where a call begins";
            return self.lacks(first, message, "name the IVR where a call begins, as in `starts: login`");
        };
        for (_, rule) in starts.in_reach() {
            self.fields(rule.at, rule.when.iter().map(Condition::template));
            self.come_to(&rule.then);
        }
    }

    fn ivr(&mut self, ivr: &'f Ivr) {
        let name = &ivr.name;
        self.choices(ivr);
        self.recordings(ivr);
        let Some(step) = &ivr.step else {
            if ivr.says.is_none() && ivr.asks.is_empty() {
                let message = format!("`{name}` is the portal's own: nothing here says what callers hear there");
                self.lacks(ivr.at, message, "give it `says`, `asks` or a step, or lead calls to another IVR");
            }
            return;
        };
        let reads = unasked(ivr, step);
        if !reads.is_empty() {
            let message = format!("`{name}` reads {}, and the flow does not say what it asks", listed(&reads));
            self.lacks(
                ivr.at,
                message,
                "list its questions under `asks`: a TwiML provider has no portal that asks them",
            );
        }
        match step {
            Step::VerifyPin(verify) => self.verify_pin(ivr.at, verify),
            Step::Do(rules) => self.rules(rules, |action| action),
            Step::Say(rules) => {
                for (_, rule) in rules.in_reach() {
                    self.fields(rule.at, rule.when.iter().map(Condition::template).chain([&rule.then]));
                }
            }
        }
    }

    /// Twilio records for as long as it is told, and transcribes two minutes (TwiML, `<Record>`, "transcribe").
    fn recordings(&mut self, ivr: &Ivr) {
        let transcribed =
            |ask: &&Ask| ask.record.is_some_and(|record| record.transcribe && record.longest > TRANSCRIBED);
        for ask in ivr.asks.iter().filter(transcribed) {
            let message = format!(
                "the question `{}` of `{}` may be recorded for more than two minutes, and Twilio transcribes no more than that",
                ask.name, ivr.name
            );
            self.found.push(
                Mistake::warning(ivr.at, message).help("record at most `120s`, or leave out `transcribe`".to_owned()),
            );
        }
    }

    /// Callers answer with the keys of a telephone, and `#` ends an entry.
    fn choices(&mut self, ivr: &Ivr) {
        let can_be_keyed = |choice: &str| !choice.is_empty() && choice.bytes().all(|b| b.is_ascii_digit() || b == b'*');
        for ask in &ivr.asks {
            for choice in ask.one_of.iter().filter(|choice| !can_be_keyed(choice)) {
                let message =
                    format!("the question `{}` of `{}` takes `{choice}`, which nobody can key", ask.name, ivr.name);
                self.lacks(ivr.at, message, "write what callers key, digits and `*`, as in `one_of: [\"1\", \"2\"]`");
            }
        }
    }

    fn verify_pin(&mut self, at: Position, verify: &'f VerifyPin) {
        let user = if let Owner::User(user) = &verify.owner { Some(user) } else { None };
        self.fields(at, user.into_iter().chain([&verify.pin]));
        self.rules(&verify.verified, |after| &after.action);
        for rules in verify.refusals() {
            self.rules(rules, |action| action);
        }
    }

    fn rules<T>(&mut self, rules: &'f Rules<T>, action: impl Fn(&'f T) -> &'f FlowAction) {
        for (_, rule) in rules.in_reach() {
            let action = action(&rule.then);
            let when = rule.when.iter().map(Condition::template);
            self.fields(rule.at, when.chain(Destination::templates(action)));
            self.action(rule.at, action, Template::source);
        }
    }

    /// `source` gives a text as the flow has it.
    fn action<T, N>(&mut self, at: Position, action: &'f Action<T, N>, source: fn(&T) -> &str) {
        match action {
            Action::Ivr(ivr) if ivr.question_id.is_some() => {
                let message = format!("a call comes to a question of `{}` by its id in the portal", ivr.to);
                self.lacks(at, message, "leave out `question_id`, or lead to an IVR that begins with this question");
            }
            Action::FindMe(findme) => self.screening(at, findme, source),
            _ => {}
        }
        for exit in action.exits() {
            match exit.to {
                ExitTo::Ivr(name) => self.come_to(name),
                ExitTo::PortalFindMe(id) => self.findme(at, id, exit.taken),
                ExitTo::VirtualReceptionist(id) => self.receptionist(at, id),
                ExitTo::Voicemail(id) => self.mailbox(at, id),
                ExitTo::Ring(_) | ExitTo::Transfer(_) | ExitTo::HangUp => {}
            }
        }
    }

    fn screening<T, N>(&mut self, at: Position, findme: &FindMe<T, N>, source: fn(&T) -> &str) {
        match &findme.screening {
            Some(Screening::RecordName) => self.lacks(
                at,
                "`screen_method: 0` plays the caller's recorded name, and TwiML cannot record one while it rings",
                "whisper a phrase: `screen_method: 1` with `whisper_phrase`",
            ),
            Some(Screening::Audio(audio)) if !self.is_found(source(audio)) => {
                let audio = source(audio).trim();
                let message = format!("`whisper_audio` names `{audio}`, a file of DialogTech's account");
                // What a template names is known only in the call.
                let by_name = if audio.contains('{') { "" } else { ", or give one under `twiml: { audio: { ... } }`" };
                self.lacks(at, message, format!("write a URL that begins with `https://` and a host{by_name}"));
            }
            _ => {}
        }
    }

    /// Whether a TwiML provider can get an audio file. The host of a URL is the flow's own choice.
    fn is_found(&self, audio: &str) -> bool {
        match audio.split_once('{') {
            None => self.flow.twiml.audio_url(audio).is_some(),
            Some((before, _)) => {
                let path = before.trim_start().strip_prefix("https://").and_then(|rest| rest.split_once('/'));
                path.is_some() && self.flow.twiml.audio_url(before).is_some()
            }
        }
    }

    fn findme(&mut self, at: Position, id: &PortalId, taken: Taken) {
        let help = match taken {
            Taken::IfNobodyAnswers => "lead to an IVR that rings its numbers: `nextaction: 6` with `nextactionitem`",
            Taken::Always | Taken::IfAnswered => "list its numbers as `phone_list`",
        };
        self.lacks(at, format!("FindMe {id} is known only to DialogTech's portal"), help);
    }

    fn receptionist(&mut self, at: Position, id: &PortalId) {
        match self.flow.twiml.virtual_receptionists.get_key_value(id) {
            Some((_, ivr)) => self.come_to(ivr),
            None => self.lacks(
                at,
                format!("virtual receptionist {id} is known only to DialogTech's portal"),
                format!("say which IVR stands in for it: `twiml: {{ vr: {{ {id}: NAME }} }}`"),
            ),
        }
    }

    fn mailbox(&mut self, at: Position, id: &PortalId) {
        if !self.flow.twiml.voicemail.contains_key(id) {
            let help =
                format!("say what callers hear there: `twiml: {{ voicemail: {{ {id}: {{ greeting: \"...\" }} }} }}`");
            self.lacks(at, format!("voicemail {id} is known only to DialogTech's portal"), help);
        }
    }

    fn come_to(&mut self, name: &'f IvrName) {
        if self.reached.insert(name) {
            self.next.extend(self.flow.ivrs.get(name));
        }
    }

    /// Notes what templates read that no TwiML provider sends.
    fn fields<'t>(&mut self, at: Position, templates: impl Iterator<Item = &'t Template>) {
        let mut read = BTreeSet::new();
        for template in templates {
            let of_call = template.parts_of("call").filter(|part| part.starts_with("ivr_"));
            read.extend(of_call.map(|part| format!("call.{part}")));
            read.extend(template.parts_of("source").map(|part| format!("source.{part}")));
            read.extend(template.mentions_whole("source").then(|| "source".to_owned()));
        }
        if read.is_empty() {
            return;
        }
        let neutral = NEUTRAL.iter().filter(|(field, _)| read.contains(&format!("call.{field}")));
        let neutral: Vec<String> = neutral.map(|(field, name)| format!("`call.{name}` for `call.{field}`")).collect();
        let help = if neutral.is_empty() {
            "there it has no value; every provider sends `call.ani`, `call.dnis`, `call.id` and `call.at`".to_owned()
        } else {
            format!("write {}, which every provider sends", neutral.join(" and "))
        };
        let read: Vec<String> = read.into_iter().collect();
        let message = format!("this reads {}, which no TwiML provider sends", listed(&read));
        self.found.push(Mistake::warning(at, message).help(help));
    }

    fn lacks(&mut self, at: Position, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Mistake::new(at, message).help(help.into()));
    }
}

/// The answers that a step reads and no question of its IVR gives.
fn unasked(ivr: &Ivr, step: &Step) -> Vec<String> {
    let asked = |name: &String| ivr.asks.iter().any(|ask| ask.name.as_str() == name);
    let mut reads: Vec<String> =
        step.answers().into_iter().filter(|name| !asked(name)).map(|name| format!("answers.{name}")).collect();
    // With questions, all answers together are theirs.
    if ivr.asks.is_empty() && step.templates().into_iter().any(|template| template.mentions_whole("answers")) {
        reads.push("answers".to_owned());
    }
    reads
}

/// `a`, `b` and `c`.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests;
