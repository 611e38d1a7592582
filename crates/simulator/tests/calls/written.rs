//! Every document that Ringbolt writes is understood, and leads where the flow's graph says.

use crate::driver::{Driver, at, flow, ivr};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use ringbolt_core::dialects::dialogtech::document::to_xml;
use ringbolt_core::flow::action::{
    Action, AutoAccept, ExitTo, FindMe, FindMeTarget, NoAnswer, PassThrough, PhoneList, RingTimeoutSecs, Screening,
    ToIvr,
};
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::flow::{ParameterName, PortalId, QuestionId};
use ringbolt_core::number::PhoneNumber;
use ringbolt_simulator::{Ended, PersonDoes, Stage};

fn id() -> impl Strategy<Value = PortalId> {
    "[0-9]{1,20}".prop_map(|text| PortalId::parse(&text).unwrap())
}

fn number() -> impl Strategy<Value = PhoneNumber> {
    (100_u16..200).prop_map(|last| PhoneNumber::parse(&format!("212555{last:04}")).unwrap())
}

fn screening() -> impl Strategy<Value = Screening<String>> {
    prop_oneof![
        Just(Screening::RecordName),
        option::of(any::<String>()).prop_map(Screening::Phrase),
        any::<String>().prop_map(Screening::Audio),
    ]
}

fn no_answer() -> impl Strategy<Value = NoAnswer> {
    prop_oneof![
        Just(NoAnswer::Disconnect),
        id().prop_map(NoAnswer::Voicemail),
        Just(NoAnswer::AcceptLast),
        id().prop_map(NoAnswer::VirtualReceptionist),
        id().prop_map(NoAnswer::FindMe),
        select(vec!["login", "silent", "hours"]).prop_map(|name| NoAnswer::Ivr(ivr(name))),
        Just(NoAnswer::AcceptLastUnscreened),
    ]
}

fn findme() -> impl Strategy<Value = Action<String>> {
    let list = vec(number(), 1..5).prop_map(|numbers| FindMeTarget::PhoneList(PhoneList::new(numbers).unwrap()));
    let target = prop_oneof![1 => id().prop_map(FindMeTarget::Id), 4 => list];
    let accept = select(vec![AutoAccept::Ask, AutoAccept::First, AutoAccept::LastUnscreened, AutoAccept::LastScreened]);
    let flags = (option::of(any::<bool>()), option::of(any::<bool>()));
    let rings = (option::of(any::<std::num::NonZeroU8>()), option::of(20_u64..=60));
    (target, rings, option::of(screening()), flags, option::of(accept), option::of(no_answer())).prop_map(
        |(target, (simultaneous, secs), screening, (record, dtmf_only), auto_accept, no_answer)| {
            let timeout_secs = secs.map(|secs| RingTimeoutSecs::new(secs).unwrap());
            Action::FindMe(FindMe {
                target,
                simultaneous,
                screening,
                record,
                auto_accept,
                dtmf_only,
                no_answer,
                timeout_secs,
            })
        },
    )
}

fn to_ivr() -> impl Strategy<Value = Action<String>> {
    let to = select(vec!["login", "score", "menu", "balance", "complaint", "bare", "silent", "hours"]);
    let parameters = option::of(any::<String>())
        .prop_map(|value| value.into_iter().map(|value| (ParameterName::parse("firstname").unwrap(), value)).collect());
    (to, option::of("[0-9]{1,20}"), parameters).prop_map(|(to, question, user_parameters)| {
        let question_id = question.map(|text| QuestionId::parse(&text).unwrap());
        Action::Ivr(ToIvr { to: ivr(to), question_id, user_parameters, pass: PassThrough::None })
    })
}

fn action() -> impl Strategy<Value = Action<String>> {
    prop_oneof![
        4 => findme(),
        3 => to_ivr(),
        1 => id().prop_map(|id| Action::VirtualReceptionist { id }),
        1 => id().prop_map(|id| Action::Voicemail { id }),
        1 => Just(Action::Hangup),
        1 => number().prop_map(|destination| Action::Transfer { destination }),
    ]
}

/// The place in the graph to which an exit leads.
fn place(exit: &ExitTo<'_, PhoneNumber>) -> Place {
    match *exit {
        ExitTo::Ivr(name) if name.as_str() == "hours" => Place::End(End::PortalIvr(name.clone())),
        ExitTo::Ivr(name) => Place::Ivr(name.clone()),
        ExitTo::Ring(numbers) => {
            Place::End(End::FindMe(numbers.iter().map(|number| number.as_str().to_owned()).collect()))
        }
        ExitTo::PortalFindMe(id) => Place::End(End::FindMe(vec![format!("FindMe {id}")])),
        ExitTo::VirtualReceptionist(id) => Place::End(End::VirtualReceptionist(id.clone())),
        ExitTo::Voicemail(id) => Place::End(End::Voicemail(id.clone())),
        ExitTo::Transfer(to) => Place::End(End::Transfer(to.as_str().to_owned())),
        ExitTo::HangUp => Place::End(End::HangUp),
    }
}

/// Everybody who is rung does this, until nobody is rung any more or another FindMe rings.
fn everybody(call: &mut Driver, does: PersonDoes) {
    let first = call.call.place().clone();
    while let Stage::Ringing(people) = call.call.stage().clone() {
        if *call.call.place() != first {
            return;
        }
        for index in 0..people.len() {
            // The first who picks up may get the call before the others can do anything.
            drop(call.input(ringbolt_simulator::Input::Person(index, does)));
        }
        if does == PersonDoes::Answers {
            drop(call.input(ringbolt_simulator::Input::Person(0, PersonDoes::Accepts)));
        }
    }
}

proptest! {
    #[test]
    fn a_written_document_leads_where_the_graph_says(action in action(), passed in "[ -~é]{0,30}") {
        let document = to_xml(&action, &passed, &flow().ivrs);
        let exits: Vec<Place> = action.exits().iter().map(|exit| place(&exit.to)).collect();
        for does in [PersonDoes::Answers, PersonDoes::Declines, PersonDoes::Nothing] {
            let mut call = at("silent");
            call.reply(&document);
            let gave_up = matches!(call.call.stage(), Stage::Ended(Ended::GaveUp { .. }));
            prop_assert!(!gave_up, "{document}: {:?}", call.call.stage());
            prop_assert_eq!(Some(call.call.place()), exits.first());
            everybody(&mut call, does);
            prop_assert!(exits.contains(call.call.place()), "{}: {:?}", document, call.call.place());
            if matches!(action, Action::FindMe(_)) && does == PersonDoes::Answers {
                prop_assert!(matches!(call.call.stage(), Stage::Talking(_)));
            }
        }
    }
}
