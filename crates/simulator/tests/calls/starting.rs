//! Where a call begins.

use crate::driver::{MORNING, at, flow, setting, with};
use ringbolt_core::flow::{
    Flow,
    graph::{End, Place},
};
use ringbolt_simulator::{Call, CannotStart, Event, Provider, Setting, Stage};

const WITHOUT_STARTS: &str = "{ flow: f, realm: f, fallback: { do: hangup }, ivrs: { only: { id: 7, do: hangup } } }";

fn refusal(setting: Setting) -> CannotStart {
    Call::start(setting, MORNING).unwrap_err()
}

#[test]
fn the_dialled_number_decides_by_the_rules_of_starts() {
    let call = with(|setting| setting.dials = "+1 800 555 0101".to_owned());
    assert_eq!(call.call.place(), &Place::Ivr(crate::driver::ivr("menu")));
    assert_eq!(call.call.events()[0].1, Event::Started { at: call.call.place().clone() });
    let call = with(|setting| setting.dials = String::new());
    assert_eq!(call.call.place(), &Place::Ivr(crate::driver::ivr("login")));
}

#[test]
fn a_call_can_begin_at_an_ivr_by_name_or_at_one_that_only_the_portal_knows() {
    assert_eq!(at("score").call.place(), &Place::Ivr(crate::driver::ivr("score")));
    let call = with(|setting| setting.dials = "8005550102".to_owned());
    let place = Place::End(End::PortalIvr(crate::driver::ivr("hours")));
    assert_eq!(call.call.events()[0].1, Event::Started { at: place.clone() });
    assert_eq!((call.call.place(), call.call.stage()), (&place, &Stage::Elsewhere(place.clone())));
}

#[test]
fn a_flow_without_starts_needs_the_name_of_an_ivr() {
    let flow = std::sync::Arc::new(Flow::load(WITHOUT_STARTS).unwrap());
    let setting = Setting::new(flow, Provider::DialogTech);
    let error = refusal(setting.clone());
    assert_eq!(error, CannotStart::NoStart { dials: "8005550123".to_owned() });
    assert!(error.to_string().contains("add `starts`"), "{error}");
    let begins = |name| Setting { begins: Some(crate::driver::ivr(name)), ..setting.clone() };
    assert_eq!(refusal(begins("other")), CannotStart::NoSuchIvr(crate::driver::ivr("other")));
    assert!(Call::start(begins("only"), MORNING).is_ok());
}

#[test]
fn a_provider_plays_only_flows_that_have_something_for_it() {
    let flow = std::sync::Arc::new(Flow::load(WITHOUT_STARTS).unwrap());
    assert_eq!(Provider::of(&flow), [Provider::DialogTech]);
    let error = refusal(Setting::new(flow, Provider::WixAnswers));
    assert_eq!(error.to_string(), "the flow `f` has nothing for Wix Answers");
    assert_eq!(Provider::of(&self::flow()), Provider::ALL);
    assert!(Call::start(setting(Provider::WixAnswers), MORNING).is_ok());
}
