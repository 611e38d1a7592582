//! Cards and lanes, and the pieces of lines between them.

use super::{layers::passed, measure::Size};
use crate::sheet::Sheet;

/// With more lanes than this, the longest lines lead along beneath their part of the drawing: laying out more would take
/// too long.
const MOST_LANES: usize = 4_000;
/// Between two lines beneath a part of the drawing.
const PITCH_BENEATH: f64 = 10.0;

/// A card, or the lane of a line between the cards of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) column: usize,
    /// The card; `None` for a lane.
    pub(super) card: Option<usize>,
    /// The wire, if it is a lane.
    pub(super) wire: Option<usize>,
    pub(super) height: f64,
    /// Where lines from the left arrive, from its top.
    pub(super) entry: f64,
    /// Whether it is a card without rows.
    pub(super) is_pill: bool,
    /// Whether no call comes to it: then it is below the others.
    pub(super) is_unreached: bool,
}

/// One end of a piece.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tip {
    /// At the left edge of the gap: at this node, this far below its top.
    Left(usize, f64),
    /// At the right edge of the gap.
    Right(usize, f64),
    /// Beneath the part of the drawing, on this line there.
    Beneath(usize),
}

/// The part of a line that is in one gap: gap 0 is left of column 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) wire: usize,
    pub(super) gap: usize,
    pub(super) begin: Tip,
    pub(super) end: Tip,
}

/// A connected part of the drawing.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) nodes: Vec<usize>,
    /// How many lines are beneath it.
    pub(super) beneath: usize,
}

/// How two nodes are linked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) to: usize,
    /// Where the line is at this node, from its top.
    pub(super) here: f64,
    /// Where the line is at the other node, from its top.
    pub(super) there: f64,
}

/// What is to be laid out.
#[derive(Clone, Debug, Default)]
pub(super) struct Net {
    pub(super) columns: usize,
    /// The cards of the sheet, then the lanes.
    pub(super) nodes: Vec<Node>,
    /// The pieces of each wire, from its begin to its end.
    pub(super) pieces: Vec<Piece>,
    pub(super) parts: Vec<Part>,
    /// The part of each node.
    pub(super) part_of: Vec<usize>,
    /// Links of each node to the column on its left, to that on its right, and to its own.
    pub(super) to_left: Vec<Vec<Link>>,
    pub(super) to_right: Vec<Vec<Link>>,
    pub(super) in_column: Vec<Vec<Link>>,
    /// Where lines begin at the right edge of each node, from its top.
    pub(super) exits: Vec<Vec<f64>>,
}

impl Net {
    pub(super) fn new(sheet: &Sheet, sizes: &[Size], layers: &[usize]) -> Self {
        let mut net = Self::default();
        for (card, size) in sizes.iter().enumerate() {
            let (height, entry, is_pill) = (size.height, size.entry(), size.rows.is_empty());
            net.nodes.push(Node {
                column: layers[card],
                card: Some(card),
                wire: None,
                height,
                entry,
                is_pill,
                is_unreached: sheet.cards[card].unreached,
            });
        }
        net.columns = layers.iter().max().map_or(0, |last| last + 1);
        net.find_parts(sheet);
        let longest = longest_in_lanes(sheet, layers);
        let mut beneath: Vec<(usize, usize, usize, usize)> = Vec::new();
        for (n, wire) in sheet.wires.iter().enumerate() {
            let (from, to) = (layers[wire.from], layers[wire.to]);
            let begin = Tip::Left(wire.from, sizes[wire.from].exit(wire.row));
            let end = Tip::Right(wire.to, sizes[wire.to].entry());
            if wire.from == wire.to {
                let end = Tip::Left(wire.to, sizes[wire.to].entry());
                net.pieces.push(Piece { wire: n, gap: from + 1, begin, end });
            } else if passed(from, to) > longest {
                let at = net.pieces.len();
                beneath.push(((from + 1).min(to), (from + 1).max(to), at, net.part_of[wire.from]));
                net.pieces.push(Piece { wire: n, gap: from + 1, begin, end: Tip::Beneath(0) });
                net.pieces.push(Piece { wire: n, gap: to, begin: Tip::Beneath(0), end });
            } else if from < to {
                let mut tip = begin;
                for column in from + 1..to {
                    let lane = net.lane(column, n, wire.from);
                    net.pieces.push(Piece { wire: n, gap: column, begin: tip, end: Tip::Right(lane, 0.0) });
                    tip = Tip::Left(lane, 0.0);
                }
                net.pieces.push(Piece { wire: n, gap: to, begin: tip, end });
            } else {
                let mut tip = begin;
                for column in (to..=from).rev() {
                    let lane = net.lane(column, n, wire.from);
                    net.pieces.push(Piece { wire: n, gap: column + 1, begin: tip, end: Tip::Left(lane, 0.0) });
                    tip = Tip::Right(lane, 0.0);
                }
                net.pieces.push(Piece { wire: n, gap: to, begin: tip, end });
            }
        }
        net.lines_beneath(beneath);
        net.link();
        net
    }

    /// The height of the lines beneath a part.
    pub(super) fn height_beneath(&self, part: &Part) -> f64 {
        part.beneath as f64 * PITCH_BENEATH
    }

    /// Where a tip is, from the top of the drawing.
    pub(super) fn y(&self, tip: Tip, wire: usize, sheet: &Sheet, tops: &[f64], beneath: &[f64]) -> f64 {
        match tip {
            Tip::Left(node, offset) | Tip::Right(node, offset) => tops[node] + offset,
            Tip::Beneath(line) => {
                let part = self.part_of[sheet.wires[wire].from];
                beneath[part] + (line as f64 + 1.0) * PITCH_BENEATH
            }
        }
    }

    fn lane(&mut self, column: usize, wire: usize, from: usize) -> usize {
        self.nodes.push(Node {
            column,
            card: None,
            wire: Some(wire),
            height: 0.0,
            entry: 0.0,
            is_pill: false,
            is_unreached: self.nodes[from].is_unreached,
        });
        let lane = self.nodes.len() - 1;
        let part = self.part_of[from];
        self.part_of.push(part);
        self.parts[part].nodes.push(lane);
        lane
    }

    fn find_parts(&mut self, sheet: &Sheet) {
        let mut neighbours = vec![Vec::new(); sheet.cards.len()];
        for wire in &sheet.wires {
            neighbours[wire.from].push(wire.to);
            neighbours[wire.to].push(wire.from);
        }
        let mut part_of = vec![None; sheet.cards.len()];
        // Where calls begin is above, what no call comes to is below.
        let mut starts: Vec<usize> = (0..sheet.cards.len()).collect();
        starts.sort_by_key(|&card| (!sheet.cards[card].begins, sheet.cards[card].unreached));
        for start in starts {
            if part_of[start].is_some() {
                continue;
            }
            let part = self.parts.len();
            self.parts.push(Part::default());
            let mut next = vec![start];
            while let Some(card) = next.pop() {
                if part_of[card].is_none() {
                    part_of[card] = Some(part);
                    next.extend(&neighbours[card]);
                }
            }
        }
        self.part_of = part_of.into_iter().map(Option::unwrap_or_default).collect();
        for (card, &part) in self.part_of.iter().enumerate() {
            self.parts[part].nodes.push(card);
        }
    }

    /// Two lines share a height beneath a part if one ends before the gap that the other begins at.
    fn lines_beneath(&mut self, mut lines: Vec<(usize, usize, usize, usize)>) {
        lines.sort_unstable();
        let mut ends: Vec<Vec<usize>> = vec![Vec::new(); self.parts.len()];
        for (first, last, piece, part) in lines {
            let ends = &mut ends[part];
            let line = ends.iter().position(|&end| end < first).unwrap_or(ends.len());
            if line == ends.len() {
                ends.push(last);
            }
            ends[line] = last;
            self.pieces[piece].end = Tip::Beneath(line);
            self.pieces[piece + 1].begin = Tip::Beneath(line);
        }
        for (part, ends) in self.parts.iter_mut().zip(ends) {
            part.beneath = ends.len();
        }
    }

    fn link(&mut self) {
        self.to_left = vec![Vec::new(); self.nodes.len()];
        self.to_right = self.to_left.clone();
        self.in_column = self.to_left.clone();
        self.exits = vec![Vec::new(); self.nodes.len()];
        for piece in &self.pieces {
            for tip in [piece.begin, piece.end] {
                if let Tip::Left(node, offset) = tip {
                    self.exits[node].push(offset);
                }
            }
            match (piece.begin, piece.end) {
                (Tip::Left(left, a), Tip::Right(right, b)) | (Tip::Right(right, b), Tip::Left(left, a)) => {
                    self.to_right[left].push(Link { to: right, here: a, there: b });
                    self.to_left[right].push(Link { to: left, here: b, there: a });
                }
                (Tip::Left(one, a), Tip::Left(other, b)) | (Tip::Right(one, a), Tip::Right(other, b)) => {
                    self.in_column[one].push(Link { to: other, here: a, there: b });
                    self.in_column[other].push(Link { to: one, here: b, there: a });
                }
                (Tip::Beneath(_), _) | (_, Tip::Beneath(_)) => {}
            }
        }
    }
}

/// How many columns a line may pass in lanes.
fn longest_in_lanes(sheet: &Sheet, layers: &[usize]) -> usize {
    let of = |wire: &crate::sheet::Wire| passed(layers[wire.from], layers[wire.to]);
    let mut passes: Vec<usize> = sheet.wires.iter().filter(|wire| wire.from != wire.to).map(of).collect();
    passes.sort_unstable();
    let mut sum = 0;
    let mut longest = usize::MAX;
    for lanes in passes {
        sum += lanes;
        if sum > MOST_LANES {
            longest = lanes.saturating_sub(1);
            break;
        }
    }
    longest
}
