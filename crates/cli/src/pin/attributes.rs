//! `--attribute NAME=VALUE`

use crate::exit::Usage;
use clap::Args;
use ringbolt_core::caller::Attributes;
use ringbolt_dev::callers_csv::Columns;
use std::collections::BTreeSet;

/// A quarter of what a DynamoDB item can hold.
const MAX_BYTES: usize = 100_000;

/// Attributes of a caller that a flow may use.
#[derive(Args, Clone)]
pub(super) struct AttributeArgs {
    /// Attribute that flows may use, such as first_name=Ada; other attributes stay (repeatable)
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = parse)]
    attributes: Vec<(String, String)>,
}

impl AttributeArgs {
    /// The attributes.
    ///
    /// # Errors
    /// A name is repeated or cannot be one, or they are too long to be stored in one item with others.
    pub(super) fn attributes(&self) -> anyhow::Result<Attributes> {
        let bytes: usize = self.attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_BYTES {
            return Err(Usage::new(format!(
                "attributes may have at most {MAX_BYTES} bytes in all, but these have {bytes}"
            )));
        }
        for (name, _) in &self.attributes {
            Columns::attribute_name(name).map_err(|reason| Usage::new(format!("--attribute: {reason}")))?;
        }
        let mut names = BTreeSet::new();
        if let Some((twice, _)) = self.attributes.iter().find(|(name, _)| !names.insert(name)) {
            return Err(Usage::new(format!("--attribute: `{twice}` is given twice")));
        }
        Ok(self.attributes.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect())
    }
}

fn parse(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        // The name is checked later, because clap would repeat the value, which can be a PIN.
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("an attribute must be NAME=VALUE, such as first_name=Ada".to_owned()),
    }
}
