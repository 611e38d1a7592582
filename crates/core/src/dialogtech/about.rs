//! Whom a kept record is about: what a data-protection request asks.

use super::{call_state::CallState, number::BuildingBlockId, parameters::NamedValues, pass_through::PassThrough};
use crate::{
    flow::{Flow, Scope, Step},
    identity::UserId,
    time::EpochMs,
};
use serde_json::Value;

/// Who a call said it was about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Who was named where the IVR asks for a PIN, whatever came of it.
    pub named: Option<UserId>,
    /// Who had been verified earlier in the call, by the state that the provider passed back. Its signature is not looked
    /// at: the key may be gone by now, and nothing is decided by this but whose record it is.
    pub verified: Option<UserId>,
}

impl About {
    /// Whether it is this user.
    #[must_use]
    pub fn is(&self, user: &UserId) -> bool {
        self.named.as_ref() == Some(user) || self.verified.as_ref() == Some(user)
    }
}

/// Reads it from what [`super::record::told`] made, with the flow as it is now.
#[must_use]
pub fn about(flow: &Flow, ivr_id: &str, told: &Value, at: EpochMs) -> About {
    let fields = |group: &str| -> NamedValues {
        let fields = told[group].as_object().into_iter().flatten();
        fields.filter_map(|(name, value)| Some((name.clone(), first(value)?.to_owned()))).collect()
    };
    let call = fields("call");
    let field = |name: &str| call.get(name).unwrap_or_default();
    let pass_through = PassThrough::parse(field("ivr_pass_through"));
    let named = || {
        let ivrs = &flow.dialogtech.as_ref()?.ivrs;
        let Step::VerifyPin(verify) = ivrs.get(&BuildingBlockId::parse(ivr_id).ok()?)? else { return None };
        let scope = Scope::new(&flow.definitions, at, field("ivr_session_id"))
            .with_call(call.clone())
            .with_source(fields("source"))
            .with_answers(fields("answers"))
            .with_pass(pass_through.iter());
        UserId::parse(&verify.user.render(&scope).ok()?, flow.identifier).ok()
    };
    About { named: named(), verified: CallState::claimed(&pass_through) }
}

/// A field of what was told, as it is kept: where it came twice, the first counts.
#[must_use]
pub fn first(value: &Value) -> Option<&str> {
    value.as_array().and_then(|values| values.first()).unwrap_or(value).as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dialogtech::call_state::Binding,
        identity::{FlowName, IdentifierForm},
        pin::PinKeys,
    };
    use serde_json::json;

    const FLOW: &str = r#"
flow: bank
realm: bank
identifier: digits
fallback: { dialogtech: hangup }
dialogtech:
  ivrs:
    "12345":
      verify_pin:
        user: "{{ answers.account }}"
        pin: "{{ answers.pin }}"
        verified: { ivr: { id: 23456 } }
        wrong: { ivr: { id: 12345 } }
    "23456": { do: hangup }
"#;

    fn user(text: &str) -> UserId {
        UserId::parse(text, IdentifierForm::Text).unwrap()
    }

    #[test]
    fn a_login_is_about_whom_it_named_in_the_flows_form() {
        let flow = Flow::load(FLOW).unwrap();
        let told = |account: Value| json!({ "call": {}, "source": {}, "answers": { "account": account, "qos": "1" } });
        for account in [json!("90-786"), json!(["90786", "1"])] {
            let found = about(&flow, "12345", &told(account), EpochMs(0));
            assert_eq!(found, About { named: Some(user("90786")), verified: None });
            assert!(found.is(&user("90786")) && !found.is(&user("1")));
        }
        assert_eq!(about(&flow, "23456", &told(json!("90786")), EpochMs(0)), About::default(), "another IVR's answer");
        assert_eq!(about(&flow, "12345", &json!({}), EpochMs(0)), About::default());
    }

    #[test]
    fn a_later_step_is_about_whom_the_call_had_verified() {
        let flow = Flow::load(FLOW).unwrap();
        let keys = PinKeys::from_json(&json!({ "current": "k".repeat(PinKeys::MIN_CHARS) }).to_string()).unwrap();
        let name = FlowName::parse("bank").unwrap();
        let mut pass_through = PassThrough::parse("");
        let binding = Binding { keys: &keys, flow: &name, session_id: "s-1" };
        CallState { tries: 0, verified: Some(user("90786")) }.write(&mut pass_through, binding, EpochMs(0));
        let told = json!({ "call": { "ivr_pass_through": pass_through.to_text() } });
        assert_eq!(about(&flow, "23456", &told, EpochMs(0)).verified, Some(user("90786")));
    }
}
