//! What DialogTech sends and understands.

pub(crate) mod document;
pub(crate) mod findme;
pub(crate) mod request;
pub(crate) mod shown;
