//! In which order the cards and lanes of a column are below each other, so that few lines cross.

use super::net::{Link, Net, Node, Part};

/// How often to go through the columns, there and back.
const SWEEPS: usize = 12;
/// With more nodes in a part, fewer times are enough: nobody follows single lines in such a drawing.
const MANY_NODES: usize = 1_500;

/// The nodes of each column of a part, from top to bottom.
pub(super) fn ordered(net: &Net, part: &Part) -> Vec<Vec<usize>> {
    let mut columns = vec![Vec::new(); net.columns];
    for node in discovered(net, part) {
        columns[net.nodes[node].column].push(node);
    }
    let mut place = vec![0.0; net.nodes.len()];
    number(&columns, &mut place);
    let mut best = (crossings(net, &columns, &place), columns.clone());
    let sweeps = if part.nodes.len() > MANY_NODES { 3 } else { SWEEPS };
    for sweep in 0..sweeps {
        let from_left = sweep % 2 == 0;
        let count = columns.len();
        for step in 0..count {
            let column = if from_left { step } else { count - 1 - step };
            sort(net, &mut columns[column], &mut place, if from_left { &net.to_left } else { &net.to_right });
        }
        let crossings = crossings(net, &columns, &place);
        if crossings < best.0 {
            best = (crossings, columns.clone());
        }
        if best.0 == 0 {
            break;
        }
    }
    best.1
}

/// The nodes in the order in which a walk from the first card meets them, a card's rows from top to bottom.
fn discovered(net: &Net, part: &Part) -> Vec<usize> {
    let mut starts = part.nodes.clone();
    starts.sort_by_key(|&node| {
        let Node { column, card, is_unreached, .. } = net.nodes[node];
        (is_unreached, column, card.is_none(), node)
    });
    let mut seen = vec![false; net.nodes.len()];
    let mut found = Vec::with_capacity(part.nodes.len());
    for start in starts {
        let mut stack = vec![start];
        while let Some(node) = stack.pop() {
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            found.push(node);
            let mut links: Vec<&Link> = net.to_right[node].iter().chain(&net.in_column[node]).collect();
            links.sort_by(|a, b| b.here.total_cmp(&a.here));
            stack.extend(links.iter().map(|link| link.to));
        }
    }
    found
}

fn number(columns: &[Vec<usize>], place: &mut [f64]) {
    for column in columns {
        renumber(column, place);
    }
}

fn renumber(column: &[usize], place: &mut [f64]) {
    for (n, &node) in column.iter().enumerate() {
        place[node] = n as f64;
    }
}

/// Sorts a column by the mean place of what its nodes are linked to.
fn sort(net: &Net, column: &mut [usize], place: &mut [f64], links: &[Vec<Link>]) {
    let mean = |links: &[Link]| {
        let sum: f64 = links.iter().map(|link| place[link.to] + fraction(net, link.to, link.there)).sum();
        (!links.is_empty()).then(|| sum / links.len() as f64)
    };
    let key = |node: usize| mean(&links[node]).or_else(|| mean(&net.in_column[node])).unwrap_or(place[node]);
    let mut keys: Vec<(f64, usize)> = column.iter().map(|&node| (key(node), node)).collect();
    keys.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (slot, (_, node)) in column.iter_mut().zip(keys) {
        *slot = node;
    }
    renumber(column, place);
}

/// How far down a node a line is, from 0 to less than 1.
fn fraction(net: &Net, node: usize, offset: f64) -> f64 {
    let height = net.nodes[node].height;
    if height > 0.0 { offset / (height + 1.0) } else { 0.5 }
}

/// How many pairs of links between neighbouring columns cross.
fn crossings(net: &Net, columns: &[Vec<usize>], place: &[f64]) -> usize {
    columns
        .iter()
        .map(|column| {
            let mut ends: Vec<(f64, f64)> = Vec::new();
            for &node in column {
                for link in &net.to_right[node] {
                    let end = place[link.to] + fraction(net, link.to, link.there);
                    ends.push((place[node] + fraction(net, node, link.here), end));
                }
            }
            ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            inversions(&ends.iter().map(|end| end.1).collect::<Vec<_>>())
        })
        .sum()
}

/// How many pairs are in descending order.
fn inversions(values: &[f64]) -> usize {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    // A Fenwick tree counts the values so far, by rank.
    let mut tree = vec![0_usize; sorted.len() + 1];
    let mut count = 0;
    for (before, value) in values.iter().enumerate() {
        let rank = sorted.partition_point(|other| other.total_cmp(value).is_lt()) + 1;
        let (mut at, mut not_greater) = (rank, 0);
        while at > 0 {
            not_greater += tree[at];
            at &= at - 1;
        }
        count += before - not_greater;
        at = rank;
        while at < tree.len() {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn pairs_in_descending_order_are_counted() {
        assert_eq!(inversions(&[]), 0);
        assert_eq!(inversions(&[1.0, 2.0, 2.0, 3.0]), 0);
        assert_eq!(inversions(&[3.0, 2.0, 2.0, 1.0]), 5);
    }
}
