//! How long it takes to load a call flow and to decide by it, and how much memory a decision asks for.
//!
//!     cargo bench -p ringbolt-core
//!
//! What to look at are ratios within one run: a flow of 1,000 IVRs against one of 100, a decision of the one against one
//! of the other (they should be the same), rules against a fixed action.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use divan::{AllocProfiler, Bencher, black_box};
use ringbolt_core::{
    call::{Engine, Plan},
    dialects::dialogtech::{Parameters, Request},
    flow::{Flow, hours::Closures},
    pin::PinKeys,
    time::EpochMs,
};
use std::{fmt::Write as _, sync::Arc};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A flow of this number of IVRs: logins, rules, texts to read, fixed actions, in turn from the kind that comes first.
fn flow(ivrs: usize, first: usize) -> String {
    let mut text = String::from(
        "flow: bench\nrealm: bench\nfallback: { do: hangup }\nconstants: { low: 2 }\n\
         hours: { desk: { zone: America/New_York, open: { mon-fri: \"08:00-18:00\" } } }\n\
         numbers: { vips: [\"2125550101\"] }\nivrs:\n",
    );
    for ivr in 0..ivrs {
        let next = (ivr + 1) % ivrs;
        match (ivr + first) % 4 {
            0 => writeln!(
                text,
                "  i{ivr}: {{ id: {ivr}, verify_pin: {{ user: \"{{{{ answers.account }}}}\", pin: \"{{{{ answers.pin }}}}\", \
                 verified: {{ ivr: {{ to: after{ivr}, user_parameters: {{ name: \"{{{{ caller.name }}}}\" }} }} }}, \
                 wrong: {{ ivr: i{ivr} }}, unanswered: {{ ivr: i{ivr} }}, \
                 too_many_attempts: {{ transfer: {{ destination: \"8005550111\" }} }} }} }}\n  \
                 after{ivr}: {{ id: {} }}",
                ivr + 1_000_000
            ),
            1 => writeln!(
                text,
                "  i{ivr}:\n    id: {ivr}\n    rules:\n      - when: answers.qos | int <= flow.low\n        do: {{ findme: {{ \
                 phone_list: [\"2125550120\"], screen_method: 1, whisper_phrase: \"Score {{{{ answers.qos }}}}\" }} }}\n      \
                 - when: listed(\"vips\", call.ani)\n        do: {{ voicemail: {{ id: 7 }} }}\n      \
                 - when: open(\"desk\")\n        do: {{ ivr: i{next} }}\n      - do: hangup"
            ),
            2 => writeln!(
                text,
                "  i{ivr}: {{ id: {ivr}, say: \"Thank you, {{{{ answers.name | default('dear customer') }}}}.\" }}"
            ),
            _ => writeln!(text, "  i{ivr}: {{ id: {ivr}, transfer: {{ destination: \"8005550122\" }} }}"),
        }
        .unwrap();
    }
    text
}

const SIZES: [usize; 3] = [1, 100, 1000];

#[divan::bench(args = SIZES)]
fn load(bencher: Bencher<'_, '_>, ivrs: usize) {
    let text = flow(ivrs, 0);
    assert!(Flow::load(&text).is_ok(), "{:?}", Flow::check(&text, None).findings);
    bencher.bench(|| Flow::check(black_box(&text), None));
}

fn decide(bencher: Bencher<'_, '_>, ivrs: usize, kind: usize) {
    let flow = Flow::load(&flow(ivrs, kind)).unwrap();
    let keys = PinKeys::from_json(&format!(r#"{{ "current": "{}" }}"#, "k".repeat(90))).unwrap();
    let query = format!(
        "auth=x&ivr_id={}&ivr_number_called=8005550100&ivr_caller_id=2125550123&ivr_response_id=r-1&ivr_session_id=s-1\
         &ivr_timestamp=2026-11-21+09%3A00%3A00&ivr_completed=True&ivr_phone_label=Radio&qos=5&account=90786&pin=4711",
        ivrs / 2 / 4 * 4
    );
    let now = EpochMs(1_795_446_000_000);
    let request = Request::read(&Parameters::parse(&query, None), &flow, now);
    let closures = Arc::new(Closures::default());
    bencher.bench(|| {
        let engine = Engine::new(&flow, black_box(&request.results), &keys, &closures, now);
        match engine.plan().unwrap() {
            Plan::Answer(answer) => drop(black_box(answer)),
            Plan::Attempt(attempt) => drop(black_box(attempt)),
            Plan::LookUp { .. } => panic!("nobody is verified"),
        }
    });
}

#[divan::bench(args = SIZES)]
fn decide_pin_question(bencher: Bencher<'_, '_>, ivrs: usize) {
    decide(bencher, ivrs, 0);
}

#[divan::bench(args = SIZES)]
fn decide_by_rules(bencher: Bencher<'_, '_>, ivrs: usize) {
    decide(bencher, ivrs, 1);
}

#[divan::bench(args = SIZES)]
fn decide_text(bencher: Bencher<'_, '_>, ivrs: usize) {
    decide(bencher, ivrs, 2);
}

#[divan::bench(args = SIZES)]
fn decide_fixed_action(bencher: Bencher<'_, '_>, ivrs: usize) {
    decide(bencher, ivrs, 3);
}

#[divan::bench]
fn read_request(bencher: Bencher<'_, '_>) {
    let query = "auth=x&ivr_id=1&ivr_number_called=8005550100&ivr_caller_id=2125550123&ivr_session_id=s-1&qos=5";
    let flow = Flow::load(&flow(10, 0)).unwrap();
    bencher.bench(|| Request::read(&Parameters::parse(black_box(query), None), &flow, EpochMs(0)));
}
