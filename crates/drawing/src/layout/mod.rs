//! Where everything lies: columns of cards from left to right, lines only in the gaps between columns and in lanes
//! between cards.
//!
//! 1. [`measure`] says how large the cards are.
//! 2. [`layers`] puts each card into a column.
//! 3. [`net`] cuts each line into pieces, one for each gap that it passes. Between two pieces it has a lane: a place of
//!    its own between the cards of a column.
//! 4. [`order`] and [`heights`] put the cards and lanes of a column below each other.
//! 5. [`tracks`] gives each piece a track in its gap, and so the columns their places from left to right.

mod heights;
mod layers;
mod measure;
mod net;
mod order;
mod tracks;

pub(crate) use measure::{BEGIN_MARK, HEADER, NUMBER, PAD, PILL, PIN_MARK, indent};

use crate::sheet::Sheet;

/// Where a drawing's cards, rows and lines lie, in pixels from its top left corner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// From the left edge to the right one.
    pub width: f64,
    /// From the top edge to the bottom.
    pub height: f64,
    /// Of each card of the sheet.
    pub cards: Vec<Rect>,
    /// Of each row of each card.
    pub rows: Vec<Vec<Rect>>,
    /// The corners of the line of each wire of the sheet. Each part of a line is horizontal or vertical.
    pub lines: Vec<Vec<Point>>,
}

/// A place in the drawing, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// From the left edge.
    pub x: f64,
    /// From the top edge.
    pub y: f64,
}

/// A part of the drawing, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Its left edge.
    pub x: f64,
    /// Its top edge.
    pub y: f64,
    /// From its left edge to its right one.
    pub width: f64,
    /// From its top edge to its bottom.
    pub height: f64,
}

impl Rect {
    /// Its right edge.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Its bottom.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

impl Layout {
    /// Lays out a sheet. The same sheet always gives the same layout.
    #[must_use]
    pub fn of(sheet: &Sheet) -> Self {
        let sizes: Vec<measure::Size> = sheet.cards.iter().map(measure::Size::of).collect();
        let layers = layers::layers(sheet);
        let net = net::Net::new(sheet, &sizes, &layers);
        let mut tops = vec![0.0; net.nodes.len()];
        let mut beneath = vec![0.0; net.parts.len()];
        let mut below = 0.0;
        for (part, beneath) in net.parts.iter().zip(&mut beneath) {
            let columns = order::ordered(&net, part);
            *beneath = heights::place(&net, &columns, below, &mut tops);
            below = *beneath + net.height_beneath(part) + heights::BETWEEN_PARTS;
        }
        let height = (below - heights::BETWEEN_PARTS).max(0.0);
        tracks::drawn(sheet, &sizes, &net, &tops, &beneath, height)
    }
}
