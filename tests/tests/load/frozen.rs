//! A function is frozen between two events, or in the middle of one, and its connections do not survive.

use crate::stage::{Stage, alone};
use ringbolt_core::pin::PinHash;
use ringbolt_tests::{
    Network, Site, Trouble,
    app::{Function, auth_event, get_event},
    environment::{bootstrap, logical_id},
    figures,
    runtime_api::Instance,
};
use serde_json::Value;
use std::time::{Duration, Instant};

/// The deadline of the functions: two seconds for an attempt of the SDK.
const DEADLINE_MS: &str = "8000";
/// Far more than the deadline, because the machine may be busy.
const IN_TIME: Duration = Duration::from_secs(60);

const SUCCESS: &str = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";
const SURVEY: &str = "<id>23456</id>";

/// A function behind a network, with its connections open.
struct Warm {
    function: Function,
    instance: Instance,
    network: Network,
}

impl Warm {
    async fn new(stage: &Stage, function: Function) -> Self {
        Self::with_deadline(stage, function, DEADLINE_MS).await
    }

    async fn with_deadline(stage: &Stage, function: Function, deadline_ms: &str) -> Self {
        let network = Network::to(&stage.database.endpoint).await;
        let environment = stage
            .environment(function)
            .with("AWS_ENDPOINT_URL_DYNAMODB", &network.endpoint)
            .with("RINGBOLT_DEADLINE_MS", deadline_ms);
        let instance = Instance::start(&bootstrap(logical_id(function)), &environment).await;
        let warm = Self { function, instance, network };
        warm.assert_let_in("warm").await;
        warm.instance.until_idle().await;
        warm
    }

    fn login(&self, call: &str, pin: &str) -> Value {
        match self.function {
            Function::Auth => auth_event(call, "90786", pin),
            _ => {
                let query =
                    format!("ivr_id=12345&ivr_session_id={call}&ivr_response_id={call}&account=90786&pin={pin}");
                get_event(self.function, &query)
            }
        }
    }

    async fn answer(&self, call: &str, pin: &str) -> String {
        let began = Instant::now();
        let answer = self.instance.invoke(&self.login(call, pin)).await;
        assert!(began.elapsed() < IN_TIME, "{:?}", began.elapsed());
        assert_eq!(answer["statusCode"], 200, "{answer}");
        answer["body"].as_str().unwrap_or_default().to_owned()
    }

    fn is_let_in(&self, body: &str) -> bool {
        if self.function == Function::Auth { body == SUCCESS } else { body.contains(SURVEY) }
    }

    fn is_fallback(&self, body: &str) -> bool {
        if self.function == Function::Auth { body.is_empty() } else { body.contains("8005550100") }
    }

    async fn assert_let_in(&self, call: &str) {
        let body = self.answer(call, "4711").await;
        assert!(self.is_let_in(&body), "{call}: {body}: {:?}", self.instance.log.problems());
    }
}

async fn staged() -> Stage {
    let stage = Stage::new(PinHash::Keyed).await;
    stage.enrol("90786", "4711", "Ada").await;
    stage
}

const STEERING: [Function; 2] = [Function::Auth, Function::NextAction];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_were_closed_while_a_function_was_frozen_cost_its_next_caller_nothing() {
    let _alone = alone().await;
    let stage = staged().await;
    for function in STEERING {
        let warm = Warm::new(&stage, function).await;
        warm.instance.freeze();
        warm.network.close_connections();
        warm.instance.thaw();
        warm.assert_let_in("thawed").await;
    }
    figures::note("faults", "frozen between two events x function, connections closed", STEERING.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_died_while_a_function_was_frozen_cost_its_next_caller_no_more_than_the_fallback() {
    let _alone = alone().await;
    let stage = staged().await;
    for function in STEERING {
        let warm = Warm::new(&stage, function).await;
        warm.instance.freeze();
        warm.network.forget_connections();
        warm.instance.thaw();
        let body = warm.answer("thawed", "4711").await;
        println!("{function:?}, after its connections died: let in: {}", warm.is_let_in(&body));
        assert!(warm.is_let_in(&body) || warm.is_fallback(&body), "{body}");
        warm.assert_let_in("next").await;
    }
    figures::note("faults", "frozen between two events x function, connections dead", STEERING.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_that_is_frozen_while_it_waits_for_the_database_answers_and_counts_once() {
    let _alone = alone().await;
    let stage = staged().await;
    let mut count = 0;
    for function in STEERING {
        for (trouble, call) in [(Trouble::Silence, "silence"), (Trouble::ReplyHeld, "held")] {
            let warm = Warm::new(&stage, function).await;
            warm.network.set(Site::Attempt, trouble, 1);
            let thawed = async {
                assert!(warm.network.happened(1).await);
                warm.instance.freeze();
                warm.network.close_connections();
                warm.instance.thaw();
            };
            let (body, ()) = tokio::join!(warm.answer(call, "9999"), thawed);
            assert!(!warm.is_let_in(&body) && !warm.is_fallback(&body), "{function:?}, {trouble:?}: {body}");
            assert_eq!(stage.counted("90786").await, 1, "{function:?}, {trouble:?}");
            warm.assert_let_in(&format!("{call}-right")).await;
            count += 1;
        }
    }
    figures::note("faults", "frozen in the middle of an event x function", count);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_that_is_frozen_past_its_deadline_answers_the_fallback_and_then_the_next_caller() {
    let _alone = alone().await;
    let stage = staged().await;
    for function in STEERING {
        let warm = Warm::with_deadline(&stage, function, "2000").await;
        warm.network.set(Site::Attempt, Trouble::Silence, usize::MAX);
        let thawed = async {
            assert!(warm.network.happened(1).await);
            warm.instance.freeze();
            // The kernel's clock is the one that the deadline is measured by, and a test cannot move it.
            tokio::time::sleep(Duration::from_millis(2_100)).await;
            warm.network.clear();
            warm.network.close_connections();
            warm.instance.thaw();
        };
        let (body, ()) = tokio::join!(warm.answer("late", "4711"), thawed);
        assert!(warm.is_fallback(&body), "{function:?}: {body}");
        warm.assert_let_in("next").await;
    }
    figures::note("faults", "frozen past the deadline x function", STEERING.len());
}
