//! Patterns on the telephone keypad, which fingers remember.

/// A walk, lines of three, or the four corners.
pub(super) fn pattern(digits: &[u8]) -> bool {
    walk(digits) || lines(digits) || corners(digits)
}

/// Row and column of a key; 0 is below 8.
fn place(digit: u8) -> (u8, u8) {
    match digit {
        b'0' => (3, 1),
        _ => ((digit - b'1') / 3, (digit - b'1') % 3),
    }
}

/// Every key is directly above, below, left or right of the previous one: 2580, 1254, 147896.
fn walk(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| {
        let ((row, column), (next_row, next_column)) = (place(pair[0]), place(pair[1]));
        row.abs_diff(next_row) + column.abs_diff(next_column) == 1
    })
}

/// Rows, columns and diagonals in sequence, in either direction: 147258, 123789. A 0 may be at one end: 1470.
fn lines(digits: &[u8]) -> bool {
    let whole = match digits {
        [rest @ .., b'0'] | [b'0', rest @ ..] => rest,
        _ => digits,
    };
    whole.len().is_multiple_of(3) && whole.chunks(3).all(line)
}

/// The middle key is halfway between the outer two.
fn line(three: &[u8]) -> bool {
    let &[a, middle, b] = three else { return false };
    let ((ra, ca), (rm, cm), (rb, cb)) = (place(a), place(middle), place(b));
    // 0 is excluded on purpose: 580 is a line only as part of 2580, which is a walk.
    !three.contains(&b'0') && a != b && ra + rb == 2 * rm && ca + cb == 2 * cm
}

/// The corners (1, 3, 7, 9) or the middles of the sides (2, 4, 6, 8), each once, in any order.
fn corners(digits: &[u8]) -> bool {
    digits.len() == 4
        && [b"1379", b"2468"].into_iter().any(|figure| figure.iter().all(|corner| digits.contains(corner)))
}
