//! Whom a visit or a kept record is about: what a data-protection request asks.

use super::{results::Results, state::CallState};
use crate::{
    fields::NamedValues,
    flow::{Flow, Ivr, Owner, PortalId, Scope, Step, fields::STATE},
    identity::UserId,
    time::EpochMs,
};
use serde_json::Value;

/// Whom a record is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Who was named where the IVR asks for a PIN, whatever the outcome.
    pub named: Option<UserId>,
    /// Who had been verified earlier in the call, by the state that the provider passed back. Its signature isn't checked:
    /// the key may be gone by now, and this decides only whose record it is.
    pub verified: Option<UserId>,
}

impl About {
    /// Whether it is this user.
    #[must_use]
    pub fn is(&self, user: &UserId) -> bool {
        self.named.as_ref() == Some(user) || self.verified.as_ref() == Some(user)
    }
}

/// Whom a visit is about, as it comes in. As in a record, the signature of the state isn't checked.
#[must_use]
pub fn of_visit(flow: &Flow, results: &Results, now: EpochMs) -> About {
    let scope = Scope::new(&flow.definitions, now, results.call_id())
        .with_call(results.call.clone())
        .with_source(results.source.clone())
        .with_answers(results.answers.clone())
        .with_pass(results.passed.iter());
    let ended = results.ended.ivr().and_then(|name| flow.ivrs.get(name));
    let named = ended.and_then(|ivr| named(flow, ivr, &scope));
    About { named, verified: results.state.as_deref().and_then(CallState::claimed) }
}

/// The user whom somebody named where an IVR asks for a PIN. A shared PIN is nobody's.
fn named(flow: &Flow, ivr: &Ivr, scope: &Scope) -> Option<UserId> {
    let Some(Step::VerifyPin(verify)) = &ivr.step else { return None };
    let Owner::User(user) = &verify.owner else { return None };
    UserId::parse(&user.render(scope).ok()?, flow.identifier).ok()
}

/// Reads it from what [`super::record::kept`] made, with the flow as it is now. `passed` reads pass-through data as the
/// provider writes them.
#[must_use]
pub fn about(flow: &Flow, ivr_id: &str, kept: &Value, passed: impl FnOnce(&str) -> NamedValues, at: EpochMs) -> About {
    let fields = |group: &str| -> NamedValues {
        let fields = kept[group].as_object().into_iter().flatten();
        fields.filter_map(|(name, value)| Some((name.clone(), first(value)?.to_owned()))).collect()
    };
    let call = fields("call");
    let passed = passed(call.get("ivr_pass_through").unwrap_or_default());
    let user = || {
        let ivr = flow.ivrs.by_id(&PortalId::parse(ivr_id).ok()?)?;
        let scope = Scope::new(&flow.definitions, at, call.get("ivr_session_id").unwrap_or_default())
            .with_call(call.clone())
            .with_source(fields("source"))
            .with_answers(fields("answers"))
            .with_pass(passed.iter());
        named(flow, ivr, &scope)
    };
    About { named: user(), verified: passed.all(STATE).last().and_then(CallState::claimed) }
}

/// A field of what was kept: if it came twice, the first counts.
#[must_use]
pub fn first(value: &Value) -> Option<&str> {
    value.as_array().and_then(|values| values.first()).unwrap_or(value).as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::state::{Binding, Verified},
        identity::{FlowName, IdentifierForm},
        pin::{PinKeys, PinsVersion},
    };
    use serde_json::json;

    const FLOW: &str = r#"
flow: bank
realm: bank
identifier: digits
fallback: { do: hangup }
ivrs:
  login:
    id: 12345
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: menu }
      wrong: { ivr: login }
  menu: { id: 23456, do: hangup }
"#;

    fn user(text: &str) -> UserId {
        UserId::parse(text, IdentifierForm::Text).unwrap()
    }

    fn passed(text: &str) -> NamedValues {
        text.split_once('|').map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect()
    }

    #[test]
    fn a_login_is_about_whom_it_named_in_the_flows_form() {
        let flow = Flow::load(FLOW).unwrap();
        let kept = |account: Value| json!({ "call": {}, "source": {}, "answers": { "account": account, "qos": "1" } });
        for account in [json!("90-786"), json!(["90786", "1"])] {
            let found = about(&flow, "12345", &kept(account), passed, EpochMs(0));
            assert_eq!(found, About { named: Some(user("90786")), verified: None });
            assert!(found.is(&user("90786")) && !found.is(&user("1")));
        }
        let other = about(&flow, "23456", &kept(json!("90786")), passed, EpochMs(0));
        assert_eq!(other, About::default(), "another IVR's answer");
        assert_eq!(about(&flow, "12345", &json!({}), passed, EpochMs(0)), About::default());
    }

    #[test]
    fn a_visit_is_about_whom_it_names_and_whom_the_call_has_verified() {
        let flow = Flow::load(FLOW).unwrap();
        let visit = |ivr: &str, account: &str, state: Option<&str>| {
            let answers = [("account".to_owned(), account.to_owned())];
            let results = Results::of(crate::flow::IvrName::parse(ivr).unwrap()).with_answers(answers);
            of_visit(&flow, &Results { state: state.map(str::to_owned), ..results }, EpochMs(0))
        };
        assert_eq!(visit("login", "90-786", None), About { named: Some(user("90786")), verified: None });
        assert_eq!(visit("login", "", None), About::default());
        assert_eq!(visit("menu", "90786", None), About::default(), "another IVR's answer");
        // Issued to the user 90787; the signature isn't looked at.
        let both = visit("login", "90786", Some("1.0.OTA3ODc.AAECAwQFBgc.x"));
        assert_eq!(both, About { named: Some(user("90786")), verified: Some(user("90787")) });
    }

    #[test]
    fn a_later_step_is_about_whom_the_call_had_verified() {
        let flow = Flow::load(FLOW).unwrap();
        let keys = PinKeys::from_json(&json!({ "current": "k".repeat(PinKeys::MIN_CHARS) }).to_string()).unwrap();
        let name = FlowName::parse("bank").unwrap();
        let binding = Binding { keys: &keys, flow: &name, call_id: Some("s-1") };
        let verified = Verified { user: user("90786"), pins: PinsVersion::parse("AAECAwQFBgc").unwrap() };
        let state = CallState { tries: 0, verified: Some(verified) }.write(binding, EpochMs(0)).unwrap();
        let kept = json!({ "call": { "ivr_pass_through": format!("rb|{state}") } });
        assert_eq!(about(&flow, "23456", &kept, passed, EpochMs(0)).verified, Some(user("90786")));
    }
}
