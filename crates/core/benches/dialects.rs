//! What a request costs core in each dialect: read it, plan what it asks for, and write an answer.
//!
//!     cargo bench -p ringbolt-core --bench dialects

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use divan::{AllocProfiler, Bencher, black_box};
use ringbolt_core::{
    attempt::AuthOutcome,
    call::{self, Engine, Login, Plan},
    dialects::{dialogtech, twiml, wix_answers},
    flow::{Flow, IvrName, hours::Closures},
    pin::PinKeys,
    time::EpochMs,
};
use std::sync::Arc;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const BANK: &str = include_str!("../../../flows/bank.yaml");
const FOUR_IVRS: &str = include_str!("../../../flows/wix-four-ivrs.yaml");
const NOW: EpochMs = EpochMs(1_795_446_000_000);

fn main() {
    divan::main();
}

fn keys() -> PinKeys {
    PinKeys::from_json(&format!(r#"{{ "current": "{}" }}"#, "k".repeat(90))).unwrap()
}

mod wix {
    use super::*;
    use wix_answers::Request;

    const BODY: &[u8] = br#"{"callId":"c-1","from":{"countryCode":"1","number":"2125550142"},
        "user":{"id":"123abc45-67d8-912e-3f04-567890123456","email":"user@example.com","banned":false},"input":"4711"}"#;

    #[divan::bench]
    fn read(bencher: Bencher<'_, '_>) {
        bencher.bench(|| Request::read(black_box(BODY)));
    }

    #[divan::bench]
    fn plan(bencher: Bencher<'_, '_>) {
        let (flow, request, closures) = (Flow::load(FOUR_IVRS).unwrap(), Request::read(BODY).unwrap(), Arc::default());
        bencher.bench(|| {
            let login = Login::new(&flow, black_box(&request.login), &closures, NOW).unwrap();
            login.plan(request.input()).is_ok()
        });
    }

    #[divan::bench]
    fn answer(bencher: Bencher<'_, '_>) {
        let (flow, request, closures) = (Flow::load(FOUR_IVRS).unwrap(), Request::read(BODY).unwrap(), Arc::default());
        let login = Login::new(&flow, &request.login, &closures, NOW).unwrap();
        bencher.bench(|| wix_answers::write(login.answer(black_box(&AuthOutcome::Suspended)).unwrap().reply).len());
    }
}

mod dialog_tech {
    use super::*;
    use dialogtech::{Parameters, Request, write};

    const QUERY: &str = "auth=x&ivr_id=10002&ivr_number_called=8005550100&ivr_caller_id=2125550142&ivr_response_id=r-1\
                         &ivr_session_id=s-1&ivr_completed=True&choice=2&ivr_pass_through=campaign%7Cspring";

    fn request(flow: &Flow) -> Request {
        Request::read(&Parameters::parse(QUERY, None), flow, NOW)
    }

    #[divan::bench]
    fn read(bencher: Bencher<'_, '_>) {
        let flow = Flow::load(BANK).unwrap();
        bencher.bench(|| Request::read(&Parameters::parse(black_box(QUERY), None), &flow, NOW));
    }

    #[divan::bench]
    fn plan(bencher: Bencher<'_, '_>) {
        let (flow, keys, closures) = (Flow::load(BANK).unwrap(), keys(), Arc::new(Closures::default()));
        let request = request(&flow);
        bencher.bench(|| Engine::new(&flow, black_box(&request.results), &keys, &closures, NOW).plan().is_ok());
    }

    #[divan::bench]
    fn answer(bencher: Bencher<'_, '_>) {
        let (flow, keys, closures) = (Flow::load(BANK).unwrap(), keys(), Arc::new(Closures::default()));
        let request = request(&flow);
        let plan = Engine::new(&flow, &request.results, &keys, &closures, NOW).plan();
        let answer = match plan {
            Ok(Plan::Answer(answer)) => answer,
            _ => call::fallback(&flow, &request.results),
        };
        bencher.bench(|| write(black_box(&answer), &flow, &request.pass_through));
    }
}

mod voice {
    use super::*;
    use twiml::{Conversation, Provider, Request, Turn};

    const FORM: &[u8] =
        b"CallSid=CA1&AccountSid=AC1&From=%2B12125550142&To=%2B18005550123&CallStatus=in-progress&Digits=90786";

    fn conversation<'a>(flow: &'a Flow, keys: &'a PinKeys, request: &'a Request) -> Conversation<'a> {
        let public_url = "https://calls.example.com";
        Conversation { flow, keys, public_url, provider: Provider::Twilio, request, now: NOW }
    }

    fn login() -> IvrName {
        IvrName::parse("login").unwrap()
    }

    #[divan::bench]
    fn read(bencher: Bencher<'_, '_>) {
        bencher.bench(|| Request::read(black_box(FORM)));
    }

    /// The document of a call's first question, with its sealed state.
    #[divan::bench]
    fn answer(bencher: Bencher<'_, '_>) {
        let (flow, keys, request) = (Flow::load(BANK).unwrap(), keys(), Request::read(FORM));
        let conversation = conversation(&flow, &keys, &request);
        bencher.bench(|| conversation.begin(black_box(&login())).unwrap().to_xml());
    }

    /// What the answer to that question comes to, from the state in its URL.
    #[divan::bench]
    fn plan(bencher: Bencher<'_, '_>) {
        let (flow, keys, request) = (Flow::load(BANK).unwrap(), keys(), Request::read(FORM));
        let conversation = conversation(&flow, &keys, &request);
        let first = conversation.begin(&login()).unwrap().to_xml();
        let state = first.split_once("&amp;s=").unwrap().1.split(['"', '&', '<']).next().unwrap();
        let query = format!("s={state}");
        assert!(matches!(conversation.turn(conversation.state(&query)), Ok(Turn::Settled(_) | Turn::Ended(..))));
        bencher.bench(|| conversation.turn(conversation.state(black_box(&query))).is_ok());
    }
}
