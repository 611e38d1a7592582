//! A call over TwiML that keys a user and a PIN: documents are followed as the provider follows them.

use super::super::voice::Voice;
use crate::{
    api::Reply,
    output::harmless,
    twiml_document::{Then, TwimlDocument},
};
use anyhow::{Context as _, bail};
use rand::Rng as _;
use ringbolt_core::flow::{Ask, Flow, IvrName, Owner, Step, VerifyPin};
use std::ops::RangeInclusive;

/// More requests than any call needs that comes to its login.
const MOST_REQUESTS: usize = 40;

/// An IVR whose questions take the user and the PIN, each by keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AskedLogin {
    ivr: IvrName,
    user: String,
    pin: String,
    /// How many digits the user has.
    pub(super) user_digits: usize,
    /// How many digits the PIN has.
    pub(super) pin_digits: u32,
}

/// A call, as far as it has come.
struct Call<'a> {
    login: &'a AskedLogin,
    flow: &'a Flow,
    /// The user and the PIN.
    keys: (&'a str, &'a str),
    /// Which question of the login the PIN has answered, from 1.
    keyed_pin_at: Option<usize>,
}

impl AskedLogin {
    /// The first such IVR of a flow. `most_digits` of the user are wanted, if the question takes so many.
    pub(super) fn of(flow: &Flow, most_digits: usize) -> Option<Self> {
        flow.starts.as_ref()?;
        flow.ivrs.iter().find_map(|ivr| {
            let Some(Step::VerifyPin(verify)) = &ivr.step else { return None };
            let (user, pin) = answers_of(verify)?;
            let ask = |name: &str| ivr.asks.iter().find(|ask| ask.name.as_str() == name && is_free(ask));
            let (of_user, of_pin) = (ask(&user)?, ask(&pin)?);
            let user_digits = within(of_user.digits.as_ref(), 1..=most_digits, most_digits)?;
            let pin_digits = within(of_pin.digits.as_ref(), 4..=12, 6)?;
            let pin_digits = u32::try_from(pin_digits).ok()?;
            Some(Self { ivr: ivr.name.clone(), user, pin, user_digits, pin_digits })
        })
    }

    /// Makes a call that keys a user and a PIN. Says whether it came to the login.
    ///
    /// # Errors
    /// The webhook does not answer, or not with a document that can be followed.
    pub(super) async fn key(&self, voice: &Voice, flow: &Flow, user: &str, pin: &str) -> anyhow::Result<bool> {
        let mut call = Call { login: self, flow, keys: (user, pin), keyed_pin_at: None };
        // A call without an id of its own is not recorded, and its documents are bound to its parent's.
        let id = format!("CA{:032x}", rand::rng().random::<u128>());
        let own = [
            ("ParentCallSid", id.as_str()),
            ("AccountSid", "AC00000000000000000000000000000000"),
            ("From", &format!("+1{}", super::door::number())),
            ("CallStatus", "in-progress"),
            ("Direction", "inbound"),
        ];
        let mut url = format!("{}/twiml/{}/voice", voice.base(), flow.name);
        let mut keyed: Option<String> = None;
        for _ in 0..MOST_REQUESTS {
            let form = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(own)
                .extend_pairs(keyed.take().iter().map(|digits| ("Digits", digits)))
                .finish();
            let document = document(&voice.post(&url, &form).await?)?;
            keyed = match call.next(&document) {
                Next::IsOver => return Ok(call.keyed_pin_at.is_some()),
                Next::Keys(digits) => Some(digits),
                Next::Waits => None,
            };
            let Some(next) = document.next_url() else { return Ok(call.keyed_pin_at.is_some()) };
            if !next.starts_with(&format!("{}/", voice.base())) {
                bail!(
                    "the webhook's documents lead to other URLs than {}, so the provider's next request would not reach it: check \
                     PublicUrl",
                    voice.base()
                );
            }
            url = next.to_owned();
        }
        bail!("the call did not end within {MOST_REQUESTS} requests")
    }
}

/// What is done at a document.
enum Next {
    Keys(String),
    Waits,
    /// The login is judged, or was not reached.
    IsOver,
}

impl Call<'_> {
    fn next(&mut self, document: &TwimlDocument) -> Next {
        let asked = document.question();
        let at_login = asked.as_ref().filter(|(ivr, _)| ivr == self.login.ivr.as_str()).map(|(_, question)| *question);
        // A question after the PIN's belongs to the same login; anything else is where its outcome leads.
        if let Some(pin_at) = self.keyed_pin_at
            && at_login.is_none_or(|question| question <= pin_at)
        {
            return Next::IsOver;
        }
        let Some((ivr, question)) = asked else {
            return if matches!(document.then, Then::GoesOn(_)) { Next::Waits } else { Next::IsOver };
        };
        let Some(ask) = self.ask(&ivr, question) else { return Next::IsOver };
        if ask.record.is_some() {
            return Next::Waits;
        }
        match (at_login, ask.name.as_str()) {
            (Some(_), name) if name == self.login.user => Next::Keys(self.keys.0.to_owned()),
            (Some(_), name) if name == self.login.pin => {
                self.keyed_pin_at = Some(question);
                Next::Keys(self.keys.1.to_owned())
            }
            // Another question of the login, or of an IVR before it, such as a choice of language.
            _ => Next::Keys(first_entry(ask)),
        }
    }

    fn ask(&self, ivr: &str, question: usize) -> Option<&Ask> {
        self.flow.ivrs.get(&IvrName::parse(ivr).ok()?)?.asks.get(question.checked_sub(1)?)
    }
}

fn document(reply: &Reply) -> anyhow::Result<TwimlDocument> {
    if reply.status != 200 {
        let says = harmless(reply.body.trim().lines().next().unwrap_or_default().trim_end_matches('.'));
        bail!("the webhook answered {} instead of 200 ({says}): look in the function's log", reply.status);
    }
    TwimlDocument::read(&reply.body).context("the webhook answered something that is no TwiML document")
}

/// The answers that say whose PIN it is, and what was keyed as the PIN.
fn answers_of(verify: &VerifyPin) -> Option<(String, String)> {
    let Owner::User(_) = &verify.owner else { return None };
    match (verify.user_answers().as_slice(), verify.pin_answers().as_slice()) {
        ([user], [pin]) => Some((user.clone(), pin.clone())),
        _ => None,
    }
}

/// Whether a question takes any digits.
fn is_free(ask: &Ask) -> bool {
    ask.record.is_none() && ask.one_of.is_empty()
}

/// A number of digits that a question takes, within these bounds and as near to `wanted` as it can be.
fn within(digits: Option<&RangeInclusive<u8>>, bounds: RangeInclusive<usize>, wanted: usize) -> Option<usize> {
    let (least, most) =
        digits.map_or((1, usize::MAX), |digits| (usize::from(*digits.start()), usize::from(*digits.end())));
    let (least, most) = (least.max(*bounds.start()), most.min(*bounds.end()));
    (least <= most).then(|| wanted.clamp(least, most))
}

/// The first entry that a question takes.
fn first_entry(ask: &Ask) -> String {
    let ones = || "1".repeat(ask.digits.as_ref().map_or(1, |digits| usize::from(*digits.start()).max(1)));
    ask.one_of.first().cloned().unwrap_or_else(ones)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str = r#"
flow: bank
realm: bank
starts: login
fallback: { do: hangup }
ivrs:
  login:
    asks:
      - { prompt: "Account.", as: account, digits: 4-10 }
      - { prompt: "PIN.", as: pin, digits: 4, secret: true }
    verify_pin: { user: "{{ answers.account }}", pin: "{{ answers.pin }}", verified: hangup, wrong: hangup }
"#;

    #[test]
    fn the_user_and_the_pin_have_as_many_digits_as_their_questions_take() {
        let login = AskedLogin::of(&Flow::load(FLOW).unwrap(), 28).unwrap();
        assert_eq!((login.user_digits, login.pin_digits), (10, 4));
        let free = FLOW.replace(", digits: 4-10", "").replace("digits: 4, ", "");
        let login = AskedLogin::of(&Flow::load(&free).unwrap(), 28).unwrap();
        assert_eq!((login.user_digits, login.pin_digits), (28, 6));
        for other in
            [FLOW.replace("digits: 4, ", "digits: 1-3, "), FLOW.replace("digits: 4-10", r#"one_of: ["1", "2"]"#)]
        {
            assert_eq!(AskedLogin::of(&Flow::load(&other).unwrap(), 28), None, "{other}");
        }
    }
}
