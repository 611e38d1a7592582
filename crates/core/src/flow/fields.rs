//! The names that a flow may use for what a provider sends about a call, and those that nothing else may take.
//!
//! A dialect reads its requests into these names; it doesn't define them, because flows are checked without it.

/// The call's fields in DialogTech's words ("Available IVR Generated Parameters"). Others that begin with `ivr_` are kept
/// as well.
pub const CALL_FIELDS: [&str; 12] = [
    "ivr_number_called",
    "ivr_caller_id",
    "ivr_id",
    "ivr_response_id",
    "ivr_timestamp",
    "ivr_pass_through",
    "ivr_session_id",
    "ivr_completed",
    "ivr_call_result",
    "ivr_monitored_time",
    "ivr_opted_out",
    "ivr_phone_label",
];

/// SourceTrak's fields: those of DialogTech, "Include SourceTrak Data", then those seen in the field beyond them. Others
/// that begin with `st_` are kept as well.
pub const SOURCE_FIELDS: [&str; 27] = [
    "st_rank",
    "st_search_term",
    "st_referrer",
    "st_baseuri",
    "st_activity_keyword",
    "st_displayed_timestamp",
    "st_ip_address",
    "st_document_title",
    "st_browser",
    "st_os",
    "st_ibp_custom",
    "st_ibp_unique_id",
    "st_pid",
    "st_domain_set_id",
    "st_gclid",
    "st_google_ua_client_id",
    "st_pool_name",
    "st_location_name",
    "st_sourceguard",
    "st_campaign",
    "st_platform",
    "st_url_tag",
    "st_lastbaseuri",
    "st_content",
    "st_term",
    "st_medium",
    "st_referer",
];

/// The call's fields under names that hold for every provider.
pub const NEUTRAL_CALL_FIELDS: [&str; 4] = ["ani", "dnis", "id", "at"];

/// The parameter of a webhook's URL that carries its token. It is never an answer.
pub const TOKEN: &str = "auth";

/// The pass-through key under which Ringbolt's own signed state travels.
pub const STATE: &str = "rb";

/// Whether a name belongs to a provider or to Ringbolt, so that no question, answer or field may be called so.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    name == TOKEN || name == STATE || name.starts_with("ivr_") || name.starts_with("st_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_providers_and_of_ringbolt_are_reserved() {
        let all = CALL_FIELDS.into_iter().chain(SOURCE_FIELDS).chain(["auth", "rb", "ivr_new", "st_new"]);
        assert!(all.into_iter().all(is_reserved));
        assert!(!["account", "author", "pin", "stage", "ivr"].into_iter().any(is_reserved));
    }
}
