//! A call flow as a picture. Each IVR is a card with a row for each rule, and a line leads from each row to where the
//! call goes. `ringbolt flow graph` writes it as a file; the page of `ringbolt dev` shows it inline.
//!
//! It is made in three steps: [`Sheet`] says what is on the cards, [`Layout`] says where everything lies, and
//! [`svg`](Sheet::svg) writes it down.

#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod layout;
mod sheet;
mod svg;
mod text_width;
mod words;

pub use layout::{Layout, Point, Rect};
pub use sheet::{Card, CardKind, Row, RowKind, Sheet, Subject, Wire};
pub use svg::Style;

#[cfg(test)]
mod tests;
