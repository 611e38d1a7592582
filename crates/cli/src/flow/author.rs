//! Who publishes.

use clap::Args;
use std::env;

/// `--by`
#[derive(Args)]
pub(super) struct Author {
    /// Who does it, as it is written down with the version; the user's name on this machine unless given
    #[arg(long, value_name = "NAME", env = "RINGBOLT_BY")]
    by: Option<String>,
}

impl Author {
    pub(super) fn name(&self) -> String {
        let set = |variable| env::var(variable).ok();
        let given = self.by.clone().or_else(|| set("USER")).or_else(|| set("LOGNAME")).or_else(|| set("USERNAME"));
        given.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
    }
}
