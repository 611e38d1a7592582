//! Recorded questions and their transcriptions.

use super::{answered, records, sent};
use crate::driver::Driver;
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::{Event, Method, Reply, Stage, TranscriptionState};

fn complaint() -> Driver {
    let mut call = answered(&records("complaint.2", true, "What happened?"));
    call.say("The bin was not collected.").verbs(&records("complaint.3", true, "Where?"));
    call.say("Main Street").verbs(&records("complaint.4", false, "Your name?"));
    call.say("Ada");
    call
}

#[test]
fn a_recording_is_announced_and_the_next_question_follows() {
    let mut call = answered(&records("complaint.2", true, "What happened?"));
    assert_eq!((call.call.stage(), call.call.question().map(|q| q.name.as_str())), (&Stage::Recording, Some("what")));
    call.keys("55").say("The bin was not collected.");
    assert_eq!(call.at(), "complaint.2");
    let sid = call.sent("RecordingSid").unwrap();
    assert!(sid.starts_with("RE") && sid.len() == 34, "{sid}");
    assert!(call.sent("RecordingUrl").unwrap().ends_with(&format!("/Recordings/{sid}")));
    assert_eq!(["RecordingDuration", "Digits"].map(|name| call.sent(name).unwrap()), ["3", ""]);
    call.verbs(&records("complaint.3", true, "Where?"));
    assert_eq!((call.heard(), call.call.way().len()), ("Where?", 2));
    assert_ne!(call.say("Main Street").sent("RecordingSid"), Some(sid));
}

#[test]
fn an_empty_recording_sends_nothing_itself_and_the_next_verb_follows() {
    for how in ["silence", "#", " "] {
        let mut call = answered(&records("complaint.2", true, "What happened?"));
        match how {
            "silence" => call.silence(),
            "#" => call.keys("#"),
            words => call.say(words),
        };
        assert_eq!((call.at().as_str(), call.sent("RecordingUrl")), ("complaint.2", None), "{how}");
        assert!(call.call.transcriptions().is_empty());
        let way = call.call.way().len();
        call.verbs(&records("complaint.2", true, "What happened?"));
        assert_eq!((call.call.stage(), call.call.way().len()), (&Stage::Recording, way), "it is asked again");
    }
}

#[test]
fn only_what_the_document_says_is_transcribed() {
    let call = complaint();
    let pending = TranscriptionState::Pending;
    let questions: Vec<_> = call.call.transcriptions().iter().map(|found| (found.question, found.state)).collect();
    assert_eq!(questions, [(2, pending), (3, pending)], "the number in the IVR; the name is not transcribed");
    let recorded = call.call.events().iter().filter_map(|(_, event)| match event {
        Event::Recorded { question, transcribed } => Some((*question, *transcribed)),
        _ => None,
    });
    assert_eq!(recorded.collect::<Vec<_>>(), [(2, true), (3, true), (4, false)]);
}

#[test]
fn a_transcription_is_posted_late_and_twice_and_out_of_order() {
    let mut call = complaint();
    let early = call.call.postback(0, call.now).unwrap();
    assert_eq!(sent(&early, "CallStatus").as_deref(), Some("in-progress"));
    call.verbs("<Hangup/>");
    let late = EpochMs(call.now.0 + 86_400_000);
    let mut sids = Vec::new();
    for (index, at) in [(1, call.now), (0, late), (1, late)] {
        let request = call.call.postback(index, at).unwrap();
        assert_eq!((request.method, request.path.as_str()), (Method::Post, "/twiml/f/transcription"));
        assert_eq!(sent(&request, "CallStatus").as_deref(), Some("completed"));
        assert_eq!(sent(&request, "TranscriptionStatus").as_deref(), Some("completed"));
        sids.push(sent(&request, "TranscriptionSid").unwrap());
        call.call.posted(index, request, Some(Reply { status: 204, ..Reply::text("") }), at);
    }
    assert!(sids[0] == sids[2] && sids[0] != sids[1], "the same transcription has the same id");
    let posted = call.call.events().iter().filter_map(|(_, event)| match event {
        Event::Transcription(exchange) => sent(&exchange.request, "TranscriptionText"),
        _ => None,
    });
    assert_eq!(posted.collect::<Vec<_>>(), ["Main Street", "The bin was not collected.", "Main Street"]);
    assert!(call.call.transcriptions().iter().all(|found| found.state == TranscriptionState::Posted));
}

#[test]
fn a_transcription_goes_where_its_document_says_and_names_its_recording() {
    let mut call = answered(&records("complaint.2", true, "What happened?"));
    call.say("The bin was not collected.");
    let recording = call.sent("RecordingSid");
    let request = call.call.postback(0, call.now).unwrap();
    assert_eq!(request.target(), "/twiml/f/transcription?at=complaint.2&s=c2VhbGVk-11");
    assert_eq!(sent(&request, "RecordingSid"), recording);
    assert_eq!(sent(&request, "CallSid"), call.sent("CallSid"));
}

#[test]
fn a_transcription_that_is_lost_never_comes() {
    let mut call = complaint();
    call.call.lose(0, call.now).unwrap();
    assert!(call.call.postback(0, call.now).is_err() && call.call.postback(1, call.now).is_ok());
}
