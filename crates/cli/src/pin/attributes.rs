//! `--attribute NAME=VALUE`

use crate::exit::Usage;
use clap::Args;
use ringbolt_core::caller::Attributes;

/// A quarter of what an item of DynamoDB can hold.
const MAX_BYTES: usize = 100_000;

/// What a flow may say about a caller.
#[derive(Args, Clone)]
pub(super) struct AttributeArgs {
    /// What a flow may say about the caller, such as first_name=Ada; the others stay (may be given several times)
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = parse)]
    attributes: Vec<(String, String)>,
}

impl AttributeArgs {
    /// The attributes; the last one of a name counts.
    ///
    /// # Errors
    /// They are too long to be kept beside others in one item.
    pub(super) fn attributes(&self) -> anyhow::Result<Attributes> {
        let bytes: usize = self.attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_BYTES {
            return Err(Usage::new(format!(
                "attributes have at most {MAX_BYTES} bytes in all, and these have {bytes}"
            )));
        }
        Ok(self.attributes.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect())
    }
}

fn parse(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("an attribute is NAME=VALUE, such as first_name=Ada".to_owned()),
    }
}
