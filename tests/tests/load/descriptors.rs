//! A function runs out of file descriptors: callers hear the fallback, and the real answer once there are some again.

use crate::stage::{Stage, alone};
use ringbolt_core::pin::PinHash;
use ringbolt_tests::{
    Network,
    app::{Function, auth_event, get_event},
    environment::{bootstrap, logical_id},
    figures,
    process::limit,
    runtime_api::Instance,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_file_descriptors_callers_hear_the_fallback_and_with_them_the_real_answer_again() {
    let _alone = alone().await;
    let stage = Stage::new(PinHash::Keyed).await;
    stage.enrol("90786", "4711", "Ada").await;
    let query = "ivr_id=12345&ivr_session_id=s&ivr_response_id=r&account=90786&pin=4711";
    let functions = [
        (Function::Auth, auth_event("c", "90786", "4711"), "", "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064"),
        (Function::NextAction, get_event(Function::NextAction, query), "8005550100", "<id>23456</id>"),
    ];
    for (function, login, fallback, success) in &functions {
        let network = Network::to(&stage.database.endpoint).await;
        let environment = stage.environment(*function).with("AWS_ENDPOINT_URL_DYNAMODB", &network.endpoint);
        let instance = Instance::start(&bootstrap(logical_id(*function)), &environment).await;
        let warm = instance.invoke(login).await;
        assert!(warm["body"].as_str().unwrap().contains(success), "{warm}");
        instance.until_idle().await;
        // What is open stays open, except for the connections to the database; and nothing can be opened.
        limit(instance.pid(), "nofile", "1");
        network.close_connections();
        for _ in 0..2 {
            let answer = instance.invoke(login).await;
            let body = answer["body"].as_str().unwrap_or_default();
            let heard = if fallback.is_empty() { body.is_empty() } else { body.contains(fallback) };
            assert!(answer["statusCode"] == 200 && heard, "{function:?}: {answer}");
        }
        limit(instance.pid(), "nofile", "1024");
        let answer = instance.invoke(login).await;
        assert!(answer["body"].as_str().unwrap().contains(success), "{function:?}: {answer}");
        assert_eq!(instance.log.logged(instance.answered()).await.get("fallback"), Some(&2), "{function:?}");
    }
    figures::note("faults", "file descriptors running out x function", functions.len());
}
