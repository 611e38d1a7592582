//! Transcriptions: every trouble, once and always, at each call site of both dialects that bring them. What a provider was
//! told is stored is stored, or waits in the queue.

use crate::faults::{
    bench::{Bench, IN_TIME, Run},
    expected::{ALWAYS, Effect, effect, waits_for_a_limit},
    table::Table,
};
use ringbolt_core::caller::Status;
use ringbolt_lambda::{Answer, Postback, run::respond};
use ringbolt_tests::{
    Network, Site, Trouble, TwimlCall,
    app::{Function, get_event},
    figures,
    sqs::Sqs,
    twiml::signed_event,
};
use std::{sync::Arc, time::Instant};
use tokio::task::JoinSet;

/// What a provider is told, and what is kept.
#[derive(Debug, PartialEq, Eq)]
struct Kept {
    status: u16,
    stored: bool,
    queued: bool,
}

impl Kept {
    /// What the provider is told is stored or will be: it is stored or queued. Otherwise, the provider sends it again.
    fn is_safe(&self) -> bool {
        self.status == 503 || self.stored || self.queued
    }
}

/// A way by which a transcription comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// DialogTech's, to a function without a queue.
    Postback,
    /// DialogTech's, to a function with a queue.
    WithQueue,
    /// A TwiML provider's.
    Voice,
}

impl Way {
    fn sites(self) -> &'static [Site] {
        match self {
            Self::Postback => &[Site::ErasureCheck, Site::Transcript],
            Self::WithQueue => &[Site::ErasureCheck, Site::Transcript, Site::Queue],
            Self::Voice => &[Site::ErasureCheck, Site::Transcript, Site::SessionLink],
        }
    }

    fn expected(self, site: Site, effect: Effect) -> Kept {
        match (self, site, effect) {
            // The database is down in each of these, so the queue is asked.
            (_, Site::Queue, Effect::Replied) => Kept { status: 200, stored: false, queued: true },
            (_, Site::Queue, Effect::Failed { done }) => Kept { status: 503, stored: false, queued: done },
            (_, _, Effect::Replied) => Kept { status: 204, stored: true, queued: false },
            (_, _, Effect::Failed { done }) => {
                let stored = site == Site::SessionLink || site == Site::Transcript && done;
                match self {
                    Self::WithQueue => Kept { status: 200, stored, queued: true },
                    // The provider sends it again, which changes nothing in what is stored.
                    Self::Postback | Self::Voice => Kept { status: 503, stored, queued: false },
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_trouble_at_each_site_of_a_transcription_leaves_it_stored_or_queued_or_asked_for_again() {
    let (bench, table) = (Arc::new(Bench::new().await), Arc::new(Table::default()));
    let mut running = JoinSet::new();
    for way in [Way::Postback, Way::WithQueue, Way::Voice] {
        for (&site, trouble) in way.sites().iter().flat_map(|site| Trouble::ALL.map(|trouble| (site, trouble))) {
            for times in [1, ALWAYS] {
                let (bench, table) = (Arc::clone(&bench), Arc::clone(&table));
                running.spawn(async move {
                    let _turn = bench.turn(trouble).await;
                    let kept = transcribe(&bench, way, site, trouble, times).await;
                    let expected = way.expected(site, effect(trouble, times));
                    // Where a time limit ends a wait, a busy machine may need it all.
                    let is_allowed = kept == expected || waits_for_a_limit(trouble) && kept.is_safe();
                    assert!(is_allowed, "{way:?}, {site:?}, {trouble:?}, {times}: {kept:?} instead of {expected:?}");
                    let kept = format!("{}{}", kept.status, if kept.queued { " queued" } else { "" });
                    table.add(trouble, times == ALWAYS, site, kept);
                });
            }
        }
    }
    let mut wrong = 0;
    while let Some(ended) = running.join_next().await {
        wrong += usize::from(ended.is_err());
    }
    let count = table.print("A transcription: what the provider is told, and whether the queue has it");
    figures::note("faults", "trouble x site x dialect, at a transcription", count);
    assert_eq!(wrong, 0, "cells above are wrong");
}

async fn transcribe(bench: &Bench, way: Way, site: Site, trouble: Trouble, times: usize) -> Kept {
    let run = bench.run(trouble, Status::Active).await;
    let queue = Sqs::start().await;
    let began = Instant::now();
    let answer = match way {
        Way::Voice => {
            let to = recorded(&run).await;
            run.network.set(site, trouble, times);
            let form = TwimlCall::to(&run.app, "story", &run.id)
                .form(&[("TranscriptionText", "It was slow"), ("TranscriptionStatus", "completed")]);
            let answer = run.app.send(Function::Voice, &signed_event(&to, &form)).await;
            assert!(run.network.happened(1).await, "{way:?}, {site:?}, {trouble:?}: there was no such request");
            answer
        }
        Way::Postback | Way::WithQueue => {
            let to_queue = Network::to(&queue.endpoint).await;
            let troubled = if site == Site::Queue { &to_queue } else { &run.network };
            if site == Site::Queue {
                run.network.set(Site::Transcript, Trouble::ServerError, ALWAYS);
            }
            troubled.set(site, trouble, times);
            let queue = if way == Way::WithQueue { Some(bench.queue(&run, &to_queue).await) } else { None };
            let answer = post(&run, queue).await;
            assert!(troubled.happened(1).await, "{way:?}, {site:?}, {trouble:?}: there was no such request");
            answer
        }
    };
    assert!(began.elapsed() < IN_TIME, "{way:?}, {site:?}, {trouble:?}: {:?}", began.elapsed());
    run.network.clear();
    let id = if way == Way::Voice { format!("{}-r1", run.id) } else { run.id.clone() };
    let stored = bench.transcripts(&id).await;
    // A queue may have it twice, which changes nothing. More would be a loop.
    let queued = queue.messages();
    assert!(stored <= 1 && queued <= 3, "{way:?}, {site:?}, {trouble:?}: {stored}, {queued}");
    assert!(waits_for_a_limit(trouble) || answer.report.failed.is_none_or(|failed| failed.kind != "deadline"));
    Kept { status: answer.status, stored: stored == 1, queued: queued > 0 }
}

async fn post(run: &Run, queue: Option<ringbolt_lambda::queue::Queue>) -> Answer {
    let query = format!("survo_id=12345&unique_id={}&question=1&text=hello", run.id);
    let event = get_event(Function::Transcription, &query).to_string();
    let postback = Postback { webhook: run.app.app.webhook.clone(), queue };
    Box::pin(respond(&postback, &transcription_postback::handle, &event)).await
}

/// Records an answer; returns where its text is to be sent.
async fn recorded(run: &Run) -> String {
    let mut call = TwimlCall::to(&run.app, "story", &run.id);
    let document = call.ask(&[]).await;
    let parsed = roxmltree::Document::parse(&document.body).unwrap();
    let record = parsed.descendants().find(|node| node.has_tag_name("Record")).unwrap();
    record.attribute("transcribeCallback").unwrap().to_owned()
}
