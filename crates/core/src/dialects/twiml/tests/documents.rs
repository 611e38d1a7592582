//! Documents of every kind, as files: `cargo xtask test --only twiml` holds them against the provider's own library.

use super::*;
use std::{env, fs, path::PathBuf};

/// A document of every kind, by its file's name without the ending.
fn documents() -> Vec<(&'static str, Document)> {
    let (call, telnyx) = (Call::to(FLOW), Call { provider: Provider::Telnyx, ..Call::to(FLOW) });
    let question = call.begin();
    let menu = call.begin_at("menu");
    let complaint = call.begin_at("complaint");
    let score = call.settled(&next(&complaint), "");
    let ring = call.decided(&next(&score), "Digits=5");
    let url = ring.verbs.iter().find_map(|verb| match verb {
        Verb::Dial { numbers, .. } => numbers[0].url.clone(),
        _ => None,
    });
    let request = call.request("");
    vec![
        ("question", question.clone()),
        ("question-again", call.settled(&next(&question), "")),
        ("choices", menu.clone()),
        ("recorded-question", complaint),
        ("telnyx-recorded-question", telnyx.begin_at("complaint")),
        ("findme", ring.clone()),
        ("whisper", call.settled(&url.unwrap(), "")),
        ("talked", call.settled(&next(&ring), "DialCallStatus=completed")),
        ("voicemail", call.decided(&next(&menu), "Digits=22")),
        ("step", call.begin_at("support")),
        ("fallback", read_back(call.conversation(&request).fallback(&Visit::default()))),
        ("accepted", Document::default()),
    ]
}

/// If `RINGBOLT_UPDATE_DOCS` is set, the files are written.
#[test]
fn the_documents_for_the_official_library_are_those_that_are_written() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/twiml/documents");
    for (name, document) in documents() {
        let (file, xml) = (folder.join(format!("{name}.xml")), format!("{}\n", document.to_xml()));
        if env::var_os("RINGBOLT_UPDATE_DOCS").is_some() {
            fs::write(&file, &xml).unwrap();
        }
        let written = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            written == xml,
            "{name}.xml is not what is written: RINGBOLT_UPDATE_DOCS=1 cargo test -p ringbolt-core documents"
        );
    }
}
