//! One mistake of syntax in words.

/// One mistake, said in this language.
pub(super) struct Explained {
    pub(super) what: String,
    pub(super) help: Option<String>,
    pub(super) offset: usize,
}

impl Explained {
    pub(super) fn new(what: impl Into<String>, help: impl Into<String>, offset: usize) -> Self {
        Self { what: what.into(), help: Some(help.into()), offset }
    }
}
