//! FindMe: who rings, who is asked, and what follows if nobody takes the call.

use crate::driver::{Driver, at};
use PersonDoes::{Accepts, Answers, Declines, Nothing};
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_simulator::{Event, Input, Person, PersonDoes, PersonState, Stage};

const TWO: &str = "<phone_list>2225550123|2225550124</phone_list>";

fn ring(parameters: &str) -> Driver {
    let mut call = at("silent");
    call.action("findme", parameters);
    call
}

fn people(call: &Driver) -> Vec<(&str, PersonState)> {
    match call.call.stage() {
        Stage::Ringing(people) => people.iter().map(|person| (person.number.as_str(), person.state)).collect(),
        other => panic!("nobody is rung: {other:?}"),
    }
}

fn whisper(call: &Driver) -> Option<&str> {
    let Stage::Ringing(people) = call.call.stage() else { panic!("nobody is rung") };
    let [Person { whisper, .. }] = people.as_slice() else { panic!("one rings") };
    whisper.as_deref()
}

fn connected_to(call: &Driver) -> &str {
    match call.call.stage() {
        Stage::Talking(Place::End(End::FindMe(numbers))) => &numbers[0],
        other => panic!("not connected: {other:?}"),
    }
}

#[test]
fn numbers_ring_one_after_another() {
    let mut call = ring(TWO);
    assert_eq!(people(&call), [("2225550123", PersonState::Ringing)]);
    call.person(0, Nothing);
    assert_eq!(people(&call), [("2225550124", PersonState::Ringing)]);
    call.person(0, Answers);
    assert_eq!(people(&call), [("2225550124", PersonState::Asked)]);
    call.person(0, Accepts);
    assert_eq!(connected_to(&call), "2225550124");
    let rung: Vec<_> = call
        .call
        .events()
        .iter()
        .filter_map(
            |(_, event)| if let Event::Ringing { who, secs } = event { Some((who.join(","), *secs)) } else { None },
        )
        .collect();
    assert_eq!(rung, [("(222) 555-0123".to_owned(), 30), ("(222) 555-0124".to_owned(), 30)]);
}

#[test]
fn in_the_graph_the_call_stays_with_the_whole_findme() {
    let mut call = ring(TWO);
    call.person(0, Answers).person(0, Accepts);
    let place = Place::End(End::FindMe(vec!["2225550123".to_owned(), "2225550124".to_owned()]));
    assert_eq!((call.call.place(), call.call.way().last()), (&place, Some(&place)));
}

#[test]
fn several_numbers_ring_at_once() {
    let list = "<phone_list>2225550123| 2225550124 ||2225550125</phone_list><simultaneous>2</simultaneous>";
    let mut call = ring(list);
    assert_eq!(people(&call).len(), 2);
    call.person(0, Answers).person(1, Answers);
    assert_eq!(people(&call).iter().map(|(_, state)| *state).collect::<Vec<_>>(), [PersonState::Asked; 2]);
    call.person(0, Declines);
    assert_eq!(people(&call).len(), 2, "the other one is still asked");
    call.person(1, Nothing);
    assert_eq!(people(&call), [("2225550125", PersonState::Ringing)]);
    call.person(0, Answers).person(0, Accepts);
    assert_eq!(connected_to(&call), "2225550125");
    let mut call = ring(list);
    call.person(1, Answers).person(1, Accepts);
    assert_eq!(connected_to(&call), "2225550124");
}

#[test]
fn what_the_person_who_answers_hears_depends_on_the_screening_method() {
    let phrase = "<whisper_phrase>Call from Radio Ad</whisper_phrase><whisper_audio>ad.wav</whisper_audio>";
    for (method, heard) in [
        ("", Some("(The name that the caller was asked to say.)")),
        ("<screen_method>0</screen_method>", Some("(The name that the caller was asked to say.)")),
        ("<screen_method>1</screen_method>", Some("Call from Radio Ad")),
        ("<screen_method>2</screen_method>", Some("ad.wav")),
    ] {
        let mut call = ring(&format!("<phone_list>2225550123</phone_list>{method}{phrase}"));
        assert_eq!(whisper(&call), heard);
        call.person(0, Answers);
        let event = Event::Whisper { who: "(222) 555-0123".to_owned(), text: heard.unwrap().to_owned() };
        assert!(call.call.events().iter().any(|(_, found)| *found == event));
    }
    assert_eq!(whisper(&ring("<phone_list>2225550123</phone_list><screen_method>1</screen_method>")), None);
}

#[test]
fn a_recorded_call_is_announced() {
    let announced = |record: &str| {
        let call = ring(&format!("{TWO}<record>{record}</record>"));
        call.call.events().iter().any(|(_, e)| matches!(e, Event::Note(note) if note.contains("recorded")))
    };
    assert!(announced("1") && !announced("0"));
}

#[test]
fn auto_accept_decides_who_is_asked_and_who_gets_the_call_in_any_case() {
    for (auto_accept, first_is_asked, last_is_asked, last_gets_it) in
        [("0", true, true, false), ("1", false, false, false), ("2", true, false, true), ("3", true, false, true)]
    {
        let parameters = format!("{TWO}<auto_accept>{auto_accept}</auto_accept>");
        let mut call = ring(&parameters);
        call.person(0, Answers);
        assert_eq!(matches!(call.call.stage(), Stage::Ringing(_)), first_is_asked, "{auto_accept}");
        let mut call = ring(&parameters);
        call.person(0, Nothing).person(0, Answers);
        assert_eq!(matches!(call.call.stage(), Stage::Ringing(_)), last_is_asked, "{auto_accept}");
        let mut call = ring(&parameters);
        call.person(0, Declines).person(0, Declines);
        assert_eq!(matches!(call.call.stage(), Stage::Talking(_)), last_gets_it, "{auto_accept}");
        if last_gets_it {
            assert_eq!(connected_to(&call), "2225550124");
        } else {
            assert_eq!(call.ended().1, "nobody");
        }
    }
}

#[test]
fn the_last_number_is_screened_unless_the_document_says_otherwise() {
    for (how, screened) in [
        ("<auto_accept>2</auto_accept>", false),
        ("<auto_accept>3</auto_accept>", true),
        ("<nextaction>3</nextaction>", true),
        ("<nextaction>7</nextaction>", false),
    ] {
        let mut call = ring(&format!("{TWO}{how}"));
        assert!(whisper(&call).is_some(), "the first one is always screened");
        call.person(0, Declines);
        assert_eq!(whisper(&call).is_some(), screened, "{how}");
        call.person(0, Answers);
        assert_eq!(connected_to(&call), "2225550124");
    }
}

#[test]
fn of_several_at_once_the_last_number_of_the_list_gets_the_call_in_any_case() {
    let mut call = ring(&format!("{TWO}<simultaneous>2</simultaneous><nextaction>3</nextaction>"));
    call.person(1, Nothing).person(0, Nothing);
    assert_eq!(connected_to(&call), "2225550124");
}

#[test]
fn each_next_action_leads_where_the_table_says() {
    let unanswered = |next: &str| {
        let mut call = ring(&format!("<phone_list>2225550123</phone_list>{next}"));
        call.person(0, Nothing);
        call
    };
    for next in ["", "<nextaction>1</nextaction>", "<nextaction>1</nextaction><nextactionitem>501</nextactionitem>"] {
        let call = unanswered(next);
        assert_eq!((call.ended().1, call.heard()), ("nobody", "(Nobody is available.)"));
        assert_eq!(call.call.place(), &Place::End(End::HangUp), "where the graph's edge leads");
    }
    let call = unanswered("<nextaction>2</nextaction><nextactionitem>501</nextactionitem>");
    assert_eq!((call.call.stage(), call.heard()), (&Stage::Recording, "Please leave a message."));
    for taken in ["3", "7"] {
        assert_eq!(connected_to(&unanswered(&format!("<nextaction>{taken}</nextaction>"))), "2225550123");
    }
    let call = unanswered("<nextaction>4</nextaction><nextactionitem>502</nextactionitem>");
    assert!(
        matches!(call.call.stage(), Stage::Elsewhere(Place::End(End::VirtualReceptionist(id))) if id.as_str() == "502")
    );
    let call = unanswered("<nextaction>6</nextaction><nextactionitem>10003</nextactionitem>");
    assert_eq!((call.call.stage(), call.heard()), (&Stage::Asking, "1, 2 or 12?"));
    let call = unanswered("<nextaction>6</nextaction><nextactionitem>99999</nextactionitem>");
    assert!(call.ended().0.contains("99999. Its Backup Routing"));
}

#[test]
fn a_findme_of_the_portal_rings_as_one_with_the_specifications_defaults() {
    let mut call = ring(&format!("<id>77</id>{TWO}<timeout>20</timeout>"));
    assert_eq!(people(&call), [("FindMe 77", PersonState::Ringing)], "its id comes before the list (note 1)");
    call.person(0, Nothing);
    assert_eq!(call.ended().1, "nobody");
    let mut call =
        ring(&format!("{TWO}<timeout>60</timeout><nextaction>5</nextaction><nextactionitem>78</nextactionitem>"));
    call.person(0, Nothing).person(0, Nothing);
    assert_eq!(people(&call), [("FindMe 78", PersonState::Ringing)]);
    assert_eq!(call.call.place(), &Place::End(End::FindMe(vec!["FindMe 78".to_owned()])));
    let last = call.call.events().last().map(|(_, event)| event.clone());
    assert_eq!(last, Some(Event::Ringing { who: vec!["FindMe 78".to_owned()], secs: 30 }));
    call.person(0, Answers).person(0, Accepts);
    assert_eq!(connected_to(&call), "FindMe 78");
}

#[test]
fn people_do_one_thing_after_another() {
    let mut call = ring(&format!("{TWO}<simultaneous>2</simultaneous>"));
    let refused = |call: &mut Driver, index, does| {
        let before = call.call.stage().clone();
        assert!(call.input(Input::Person(index, does)).is_err());
        assert_eq!(call.call.stage(), &before);
    };
    refused(&mut call, 0, Accepts);
    refused(&mut call, 2, Answers);
    refused(&mut call, usize::MAX, Answers);
    call.person(0, Answers);
    refused(&mut call, 0, Answers);
    call.person(0, Declines);
    for does in [Answers, Accepts, Declines, Nothing] {
        refused(&mut call, 0, does);
    }
}
