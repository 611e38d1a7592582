//! Where the part of a call that the flow decides ends.

use crate::driver::at;
use ringbolt_core::flow::PortalId;
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_simulator::{Event, Input, Stage};

fn id(text: &str) -> PortalId {
    PortalId::parse(text).unwrap()
}

#[test]
fn a_transfer_connects_and_lasts_until_somebody_hangs_up() {
    let mut call = at("silent");
    call.action("transfer", "<destination>8005550111</destination>");
    let place = Place::End(End::Transfer("8005550111".to_owned()));
    assert_eq!((call.call.stage(), call.call.place()), (&Stage::Talking(place.clone()), &place));
    assert!(call.input(Input::Silence).is_err());
}

#[test]
fn what_only_the_portal_knows_is_a_dead_end_with_a_name() {
    let mut call = at("silent");
    call.action("vr", "<id>501</id>");
    assert_eq!(call.call.stage(), &Stage::Elsewhere(Place::End(End::VirtualReceptionist(id("501")))));
    call.keys("1").hang_up();
    assert_eq!(call.ended().0, "The caller hung up after virtual receptionist 501.");

    let mut call = at("silent");
    call.action("ivr", "<id>10008</id>");
    let place = Place::End(End::PortalIvr(crate::driver::ivr("hours")));
    assert_eq!((call.call.stage(), call.heard()), (&Stage::Elsewhere(place), "We are open from 9 to 5."));
    call.hang_up();
    assert_eq!(call.ended().0, "The caller hung up after the IVR hours, which only the portal knows.");
}

#[test]
fn a_mailbox_greets_and_records() {
    for (id, greeting) in [("501", "Please leave a message."), ("502", "(The mailbox's greeting, then a tone.)")] {
        let mut call = at("silent");
        call.action("voicemail", &format!("<id>{id}</id>"));
        assert_eq!((call.call.stage(), call.heard()), (&Stage::Recording, greeting));
        assert!(call.call.question().is_none() && call.call.keyed().is_none());
        call.keys("123").say("Please call me back.");
        assert_eq!(call.ended(), ("The caller left a message.".to_owned(), "voicemail"));
        assert!(call.call.transcriptions().is_empty());
    }
}

#[test]
fn the_way_has_every_place_and_each_move_is_an_event() {
    let mut call = at("silent");
    call.action("ivr", "<id>10003</id>").keys("2").action("ivr", "<id>10007</id>").action("hangup", "");
    let ivr = |name| Place::Ivr(crate::driver::ivr(name));
    let way = [ivr("silent"), ivr("menu"), ivr("silent"), Place::End(End::HangUp)];
    assert_eq!(call.call.way(), way);
    let moved: Vec<&Place> = call
        .call
        .events()
        .iter()
        .filter_map(|(_, event)| if let Event::Moved(place) = event { Some(place) } else { None })
        .collect();
    assert_eq!(moved, way[1..].iter().collect::<Vec<_>>());
}
