//! Where boxes and arrows lie in a picture: what layout-rs makes of them, one connected part of the flow below the
//! other.

use layout::{
    core::{
        base::Orientation,
        format::{ClipHandle, RenderBackend},
        geometry::Point,
        style::StyleAttr,
    },
    std_shapes::shapes::{Arrow as Shaft, Element, LineEndKind, ShapeKind},
    topo::layout::VisualGraph,
};
use std::collections::{BTreeMap, BTreeSet};

/// In a connected part with more boxes, texts and turns of lines the time for crossing fewer lines is not spent.
const UNTANGLED: usize = 400;
/// With more of them there is no picture: nobody could read it, and the time for it, some seconds at this size, grows
/// with the cube.
const MAX_POINTS: usize = 4_000;
/// Between connected parts of the flow, in pixels.
const GAP: f64 = 28.0;

/// Begin and first handle, then handle and point by turns.
pub(super) type Curve = Vec<((f64, f64), (f64, f64))>;

/// Boxes and texts to be placed, and the lines between them.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Widths and heights, in pixels.
    pub(super) sizes: Vec<(f64, f64)>,
    /// From where to where, as indices of `sizes`; no line leads back to where it begins.
    pub(super) lines: Vec<(usize, usize)>,
}

/// Where everything lies, in pixels.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The middles of what was planned.
    pub(super) middles: Vec<(f64, f64)>,
    /// The Bézier curve of each line.
    pub(super) curves: Vec<Curve>,
}

/// A connected part is too large to be laid out in reasonable time.
#[derive(Debug, thiserror::Error)]
#[error(
    "its largest connected part has {points} boxes, texts and turns of lines, and {MAX_POINTS} can be laid out: draw it \
     with --format mermaid"
)]
pub(super) struct TooLarge {
    points: usize,
}

impl Plan {
    /// # Errors
    /// [`TooLarge`].
    pub(super) fn lay_out(&self) -> Result<Layout, TooLarge> {
        let mut layout = Layout {
            middles: vec![(0.0, 0.0); self.sizes.len()],
            curves: vec![Vec::new(); self.lines.len()],
            ..Layout::default()
        };
        let rank = self.ranks();
        for part in self.connected() {
            let points = self.points(&part, &rank);
            if points > MAX_POINTS {
                return Err(TooLarge { points });
            }
            self.part(&part, &rank, points <= UNTANGLED, &mut layout);
        }
        Ok(layout)
    }

    /// Lays out one connected part below what is there.
    fn part(&self, part: &[usize], rank: &[usize], untangle: bool, layout: &mut Layout) {
        let mut graph = VisualGraph::new(Orientation::LeftToRight);
        // It looks for cycles after every line, along every way through the graph. There is none: see below.
        graph.dag.set_validate(false);
        let mut handles = vec![None; self.sizes.len()];
        for &index in part {
            let (width, height) = self.sizes[index];
            let (empty, look) = (ShapeKind::new_box(""), StyleAttr::simple());
            let mut element = Element::create(empty, look, Orientation::LeftToRight, Point::new(width, height));
            element.pos = halo(width, height);
            handles[index] = Some(graph.add_node(element));
        }
        // Lines lead from lower ranks to higher ones, and those of lower ranks come first: for each the library asks
        // whether it would close a cycle, and then nothing leads on yet from where it ends.
        let mut lines: Vec<usize> = (0..self.lines.len()).filter(|&n| handles[self.lines[n].0].is_some()).collect();
        let ends = |n: usize| {
            let (from, to) = self.lines[n];
            if rank[from] < rank[to] { (from, to) } else { (to, from) }
        };
        lines.sort_by_key(|&n| rank[ends(n).0]);
        for &n in &lines {
            let (from, to) = ends(n);
            let (Some(from), Some(to)) = (handles[from], handles[to]) else { continue };
            let look = StyleAttr::simple();
            let style = layout::core::style::LineStyleKind::Normal;
            let (start, end) = (LineEndKind::None, LineEndKind::Arrow);
            graph.add_edge(Shaft::with_properties(start, end, style, "", &look, n.to_string(), &None, &None), from, to);
        }
        let mut curves = Curves(Vec::new());
        graph.do_it(false, !untangle, false, &mut curves);

        let boxes = || part.iter().filter_map(|&index| Some((index, graph.pos(handles[index]?))));
        let left = boxes().map(|(_, pos)| pos.left(false)).fold(f64::INFINITY, f64::min);
        let drawn = curves.0.iter().flat_map(|(_, path)| path.iter().skip(1).map(|(_, point)| point.y));
        let top = boxes().map(|(_, pos)| pos.top(false)).chain(drawn.clone()).fold(f64::INFINITY, f64::min);
        let below = boxes().map(|(_, pos)| pos.bottom(false)).chain(drawn).fold(f64::NEG_INFINITY, f64::max);
        let start = if layout.height > 0.0 { layout.height + GAP } else { 0.0 };
        let moved = |point: Point| (point.x - left, point.y - top + start);
        for (index, pos) in boxes() {
            layout.middles[index] = moved(pos.center());
            layout.width = layout.width.max(pos.right(false) - left);
        }
        layout.height = start + below - top;
        for (n, path) in &curves.0 {
            let mut path: Vec<_> = path.iter().map(|&(a, b)| (moved(a), moved(b))).collect();
            if ends(*n) != self.lines[*n] {
                path = reversed(&path);
            }
            layout.curves[*n] = path;
        }
    }

    /// How much there is to place: what was planned, and the points where lines pass other levels.
    fn points(&self, part: &[usize], rank: &[usize]) -> usize {
        let member: BTreeSet<usize> = part.iter().copied().collect();
        let mut lines: Vec<(usize, usize)> = self
            .lines
            .iter()
            .filter(|(from, _)| member.contains(from))
            .map(|&(from, to)| if rank[from] < rank[to] { (from, to) } else { (to, from) })
            .collect();
        lines.sort_by_key(|&(from, _)| rank[from]);
        let mut level: BTreeMap<usize, usize> = BTreeMap::new();
        let at = |level: &BTreeMap<usize, usize>, index| level.get(&index).copied().unwrap_or(0);
        for &(from, to) in &lines {
            let next = at(&level, to).max(at(&level, from) + 1);
            level.insert(to, next);
        }
        let passed = |&(from, to): &(usize, usize)| at(&level, to).saturating_sub(at(&level, from) + 1);
        part.len() + lines.iter().map(passed).sum::<usize>()
    }

    /// Numbers, along which every line leads upwards but those that close a cycle.
    fn ranks(&self) -> Vec<usize> {
        let mut away = vec![Vec::new(); self.sizes.len()];
        for &(from, to) in self.lines.iter().rev() {
            away[from].push(to);
        }
        let (mut rank, mut seen) = (vec![0; self.sizes.len()], vec![false; self.sizes.len()]);
        let mut next = self.sizes.len();
        let mut arrived = vec![false; self.sizes.len()];
        self.lines.iter().for_each(|&(_, to)| arrived[to] = true);
        // First from where nothing leads to, so that cycles begin where a call comes in.
        let first = (0..self.sizes.len()).filter(|&index| !arrived[index]);
        for start in first.chain(0..self.sizes.len()).collect::<Vec<_>>().into_iter().rev() {
            let mut stack = vec![(start, false)];
            while let Some((index, done)) = stack.pop() {
                if done {
                    next -= 1;
                    rank[index] = next;
                } else if !seen[index] {
                    seen[index] = true;
                    stack.push((index, true));
                    stack.extend(away[index].iter().filter(|&&to| !seen[to]).map(|&to| (to, false)));
                }
            }
        }
        rank
    }

    /// The connected parts, each in the order of the plan.
    fn connected(&self) -> Vec<Vec<usize>> {
        let mut neighbours = vec![Vec::new(); self.sizes.len()];
        for &(from, to) in &self.lines {
            neighbours[from].push(to);
            neighbours[to].push(from);
        }
        let mut seen = vec![false; self.sizes.len()];
        let mut parts = Vec::new();
        for start in 0..self.sizes.len() {
            let (mut part, mut next) = (Vec::new(), vec![start]);
            while let Some(index) = next.pop() {
                if !std::mem::replace(&mut seen[index], true) {
                    part.push(index);
                    next.extend(&neighbours[index]);
                }
            }
            part.sort_unstable();
            if !part.is_empty() {
                parts.push(part);
            }
        }
        parts
    }
}

fn halo(width: f64, height: f64) -> layout::core::geometry::Position {
    layout::core::geometry::Position::new(
        Point::zero(),
        Point::new(width, height),
        Point::zero(),
        Point::new(30.0, 14.0),
    )
}

/// The same curve from its other end.
fn reversed(path: &Curve) -> Curve {
    let mut points = Vec::with_capacity(path.len());
    for (index, &(a, b)) in path.iter().enumerate() {
        // The first pair is a point and its handle, each other a handle and its point.
        let (point, handle) = if index == 0 { (a, b) } else { (b, a) };
        points.push((point, handle));
    }
    points.reverse();
    let last = points.len().saturating_sub(1);
    let turned = |index: usize, point: (f64, f64), handle: (f64, f64)| match index {
        0 => (point, handle),
        // Handles of points on the way lie before them; from the other end, on their other side.
        _ if index < last => ((2.0 * point.0 - handle.0, 2.0 * point.1 - handle.1), point),
        _ => (handle, point),
    };
    points.into_iter().enumerate().map(|(index, (point, handle))| turned(index, point, handle)).collect()
}

/// Takes down the lines and nothing else: boxes are asked where they are.
struct Curves(Vec<(usize, Vec<(Point, Point)>)>);

impl RenderBackend for Curves {
    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _dashed: bool,
        _head: (bool, bool),
        _look: &StyleAttr,
        properties: Option<String>,
        _text: &str,
    ) {
        if let Some(line) = properties.and_then(|line| line.parse().ok()) {
            self.0.push((line, path.to_vec()));
        }
    }

    fn draw_rect(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {}
    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}
    fn draw_circle(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}
    fn draw_text(&mut self, _: Point, _: &str, _: &StyleAttr) {}
    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}
