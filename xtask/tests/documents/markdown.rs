//! Just enough of Markdown: tables, by their section, and what is between backticks.

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The heading above it.
    pub section: String,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// All tables of a document.
pub fn tables(document: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let (mut section, mut inside) = (String::new(), false);
    for line in document.lines() {
        if let Some(heading) = line.strip_prefix('#') {
            section = heading.trim_start_matches('#').trim().to_owned();
        }
        let Some(row) = line.strip_prefix('|').and_then(|row| row.strip_suffix('|')) else {
            inside = false;
            continue;
        };
        let cells: Vec<String> = row.split('|').map(|cell| cell.trim().to_owned()).collect();
        match tables.last_mut().filter(|_| inside) {
            None => tables.push(Table { section: section.clone(), header: cells, rows: Vec::new() }),
            Some(table) => {
                assert_eq!(cells.len(), table.header.len(), "{line}");
                if !cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|c| c == '-')) {
                    table.rows.push(cells);
                }
            }
        }
        inside = true;
    }
    tables
}

/// What is between backticks, outside of indented blocks.
pub fn code(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.starts_with("    "));
    lines.flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn tables_and_code_are_read() {
    let document = "# A\n\nSee `x`.\n\n| a | b |\n|---|---|\n| `1` | two |\n\n## B\n\n| c |\n|---|\n    `no`\n";
    let table = |section: &str, header: &[&str], rows: &[&[&str]]| {
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        Table { section: section.to_owned(), header: owned(header), rows: rows.iter().map(|row| owned(row)).collect() }
    };
    assert_eq!(tables(document), [table("A", &["a", "b"], &[&["`1`", "two"]]), table("B", &["c"], &[])]);
    assert_eq!(code(document), ["x", "1"]);
}
