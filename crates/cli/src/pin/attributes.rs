//! `--attribute NAME=VALUE`

use clap::Args;
use ringbolt_core::caller::Attributes;

/// What a flow may say about a caller.
#[derive(Args, Clone)]
pub(super) struct AttributeArgs {
    /// What a flow may say about the caller, such as first_name=Ada; the others stay (may be given several times)
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = parse)]
    attributes: Vec<(String, String)>,
}

impl AttributeArgs {
    /// The attributes; the last one of a name counts.
    pub(super) fn attributes(&self) -> Attributes {
        self.attributes.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect()
    }
}

fn parse(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("an attribute is NAME=VALUE, such as first_name=Ada".to_owned()),
    }
}
