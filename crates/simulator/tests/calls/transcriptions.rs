//! Recorded questions and their transcriptions.

use crate::driver::{Driver, at, field, ivr, with};
use ringbolt_core::dialects::dialogtech::Transcription;
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::{Event, Method, Reply, Stage, TranscriptionState};

fn complaint() -> Driver {
    let mut call = with(|setting| {
        setting.begins = Some(ivr("complaint"));
        // Postbacks are GET requests even so.
        setting.portal.method = Method::Post;
    });
    call.keys("3").say("The bin was not collected.").say("Main Street").say("Ada");
    call
}

#[test]
fn recorded_answers_are_posted_and_not_among_the_results() {
    let mut call = complaint();
    assert_eq!(call.call.stage(), &Stage::Waiting);
    let request = call.webhook();
    assert_eq!(field(request, "urgency"), "3");
    assert!(["what", "place", "name"].iter().all(|name| field(request, name) == "(missing)"));
    let response_id = field(request, "ivr_response_id");
    let questions: Vec<_> = call.call.transcriptions().iter().map(|found| (found.question, found.state)).collect();
    let pending = TranscriptionState::Pending;
    assert_eq!(questions, [(2, pending), (3, pending)], "the number in the IVR; the name is not transcribed");
    call.action("hangup", "");
    let post = call.call.postback(1, call.now).unwrap();
    let read = Transcription::read(&crate::driver::parameters(&post)).unwrap();
    assert_eq!(
        (read.survo_id.as_str(), read.unique_id.as_str(), read.question.as_str()),
        ("10005", response_id.as_str(), "3")
    );
    assert_eq!((post.method, post.path.as_str()), (Method::Get, "/dialogtech/f/transcription"));
}

#[test]
fn a_transcription_is_posted_late_and_twice_and_out_of_order() {
    let mut call = complaint();
    call.action("hangup", "");
    let late = EpochMs(call.now.0 + 86_400_000);
    for (index, at) in [(1, call.now), (0, late), (1, late)] {
        let request = call.call.postback(index, at).unwrap();
        let reply = (index == 0).then(|| Reply { status: 204, ..Reply::text("") });
        call.call.posted(index, request, reply, at);
    }
    let posted = call.call.events().iter().filter_map(|(at, event)| match event {
        Event::Transcription(exchange) => Some((*at, field(&exchange.request, "text"), exchange.reply.is_some())),
        _ => None,
    });
    let (place, what) = ("Main Street".to_owned(), "The bin was not collected.".to_owned());
    assert_eq!(
        posted.collect::<Vec<_>>(),
        [(call.now, place.clone(), false), (late, what, true), (late, place, false)]
    );
    assert!(call.call.transcriptions().iter().all(|found| found.state == TranscriptionState::Posted));
    assert_eq!(call.ended().1, "hangup", "the call is over all the same");
}

#[test]
fn a_transcription_that_is_lost_never_comes() {
    let mut call = complaint();
    call.call.lose(0, call.now).unwrap();
    assert_eq!(call.call.transcriptions()[0].state, TranscriptionState::Lost);
    assert!(call.call.postback(0, call.now).unwrap_err().to_string().contains("never comes"));
    let request = call.call.postback(1, call.now).unwrap();
    call.call.posted(1, request, None, call.now);
    let events = call.call.events().len();
    for (index, says) in [(0, "never comes"), (1, "posted already"), (7, "no such transcription")] {
        assert!(call.call.lose(index, call.now).unwrap_err().to_string().contains(says), "{index}");
    }
    assert_eq!(call.call.transcriptions()[1].state, TranscriptionState::Posted);
    assert_eq!(call.call.events().len(), events);
    assert!(call.call.postback(2, call.now).is_err());
}

#[test]
fn silence_and_pound_make_empty_recordings_without_a_transcription() {
    let mut call = at("complaint");
    call.keys("3");
    assert_eq!((call.call.stage(), call.call.question().map(|q| q.name.as_str())), (&Stage::Recording, Some("what")));
    call.keys("55").silence().keys("#").say(" ");
    assert_eq!((call.call.stage(), call.call.transcriptions().len()), (&Stage::Waiting, 0));
    let recorded: Vec<_> = call
        .call
        .events()
        .iter()
        .filter_map(|(_, event)| match event {
            Event::Recorded { question, transcribed } => Some((*question, *transcribed)),
            _ => None,
        })
        .collect();
    assert_eq!(recorded, [(2, false), (3, false), (4, false)]);
}

#[test]
fn two_runs_through_an_ivr_keep_their_transcriptions_apart() {
    let mut call = complaint();
    call.action("ivr", "<id>10005</id>").keys("1").say("Again").silence().silence();
    let ids: Vec<String> =
        (0..3).map(|index| field(&call.call.postback(index, call.now).unwrap(), "unique_id")).collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
}

#[test]
fn debug_does_not_show_what_was_said() {
    let mut call = complaint();
    let request = call.call.postback(0, call.now).unwrap();
    call.call.posted(0, request, None, call.now);
    assert!(!format!("{:?}", call.call).contains("not collected"));
}
