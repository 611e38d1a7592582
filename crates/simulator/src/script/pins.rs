//! Which PIN is right for the account that was keyed, and which are wrong.

use super::ScriptedCaller;
use crate::call::Call;
use crate::setting::Provider;
use ringbolt_core::ani::Ani;
use ringbolt_core::flow::graph::Place;
use ringbolt_core::flow::{Flow, Owner, Step};
use zeroize::Zeroizing;

/// The callers of a call, and how many wrong PINs were keyed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pins {
    pub(crate) callers: Vec<ScriptedCaller>,
    wrong: u32,
}

impl Pins {
    pub(crate) fn of(callers: Vec<ScriptedCaller>) -> Self {
        Self { callers, wrong: 0 }
    }

    /// A PIN of the caller of whom the present question asks; why there is none otherwise.
    pub(crate) fn right(&self, call: &Call) -> Result<Zeroizing<String>, String> {
        let user = user(call).ok_or("nobody's PIN is asked for here")?;
        let caller = self.callers.iter().find(|caller| caller.is(&user, call.setting().flow.identifier));
        let caller = caller.ok_or_else(|| format!("the call has no caller `{user}`: name them under `callers`"))?;
        let pin = caller.pins.first().ok_or("the caller has no PIN")?;
        Ok(Zeroizing::new(pin.digits().to_owned()))
    }

    /// A PIN that no caller has: a new one each time, because a repeated one counts once. It has as many digits as the
    /// question takes, at most 6.
    pub(crate) fn wrong(&mut self, call: &Call) -> Zeroizing<String> {
        let digits = call.question().and_then(|question| question.digits.clone()).unwrap_or(4..=6);
        let length = usize::from(6.clamp(*digits.start(), *digits.end()));
        loop {
            self.wrong += 1;
            let number = 1_046_527_u64.wrapping_mul(u64::from(self.wrong)) + 370_261;
            let text = format!("{number:0>12}");
            let pin = text.get(text.len().saturating_sub(length)..).unwrap_or(&text).to_owned();
            if !self.callers.iter().flat_map(|caller| &caller.pins).any(|taken| taken.digits() == pin) {
                return Zeroizing::new(pin);
            }
        }
    }
}

/// Whose PIN the present question asks for.
pub(crate) fn user(call: &Call) -> Option<String> {
    let flow: &Flow = &call.setting().flow;
    if call.setting().provider == Provider::WixAnswers {
        return call.setting().user.as_ref().map(|user| user.id.clone());
    }
    let Place::Ivr(name) = call.place() else { return None };
    let Some(Step::VerifyPin(verify)) = flow.ivrs.get(name).and_then(|ivr| ivr.step.as_ref()) else { return None };
    match &verify.owner {
        Owner::Shared(user) => Some(user.as_str().to_owned()),
        Owner::User(user) => {
            let names = verify.user_answers();
            let parts: Vec<String> = names.iter().filter_map(|name| call.answer(name)).collect();
            if !names.is_empty() {
                return Some(parts.concat());
            }
            // A flow that takes the calling number for the account asks for nothing.
            let from = &call.setting().from;
            let is_canonical = user.parts_of("call").any(|part| part == "ani");
            Some(if is_canonical { Ani::parse(Some(from)).as_str().to_owned() } else { from.clone() })
        }
    }
}
