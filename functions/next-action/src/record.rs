//! The record of a visit.

use ringbolt_core::{
    call::{ids::KeyPart, record},
    dialects::dialogtech::Request,
    flow::Flow,
};
use ringbolt_dynamodb::calls;
use ringbolt_lambda::{App, Failure};

/// A visit that is to be recorded.
pub(crate) struct Record<'a> {
    app: &'a App,
    flow: &'a Flow,
    asked: &'a Request,
    digest: String,
}

impl<'a> Record<'a> {
    pub(crate) fn new(app: &'a App, flow: &'a Flow, asked: &'a Request, digest: &str) -> Self {
        Self { app, flow, asked, digest: digest.to_owned() }
    }

    /// Stores what came in, and the answer if it is known by now. A record that is lost is logged; the call continues.
    pub(crate) async fn keep(&self, answered: Option<&str>) {
        let results = &self.asked.results;
        let (Some(response_id), Some(ivr_id)) = (&results.response_id, self.ivr_id()) else { return };
        let (response_id, ivr_id) = (KeyPart::of(response_id.as_str()), KeyPart::of(&ivr_id));
        let visit = calls::Visit {
            response_id: response_id.as_str(),
            ivr_id: ivr_id.as_str(),
            flow: self.flow.name.as_str(),
            digest: &self.digest,
            told: record::kept(self.flow, results),
            answered,
        };
        // A slow record must not turn a known answer into the fallback.
        let webhook = &self.app.webhook;
        let written = webhook.store.record_visit(&visit, webhook.now(), webhook.retention);
        let lost = match tokio::time::timeout(webhook.deadline / 2, written).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => Failure::Store(error),
            Err(_) => Failure::Deadline,
        };
        tracing::error!(failure = lost.kind(), reason = %lost, "the record of this call is lost");
    }

    /// The IVR's id in the portal: as it came, or the id of the IVR that stands in for results without one.
    fn ivr_id(&self) -> Option<String> {
        let results = &self.asked.results;
        results
            .ivr_id
            .clone()
            .or_else(|| self.flow.ivrs.get(results.ended.ivr()?)?.id.as_ref().map(ToString::to_string))
    }
}
