use super::{records::START, *};

fn columns(header: &str) -> Columns {
    Columns::read(header.as_bytes(), b',').unwrap()
}

/// Users, PINs and attributes of a whole file, or why it cannot be read.
fn read(text: &str) -> anyhow::Result<Vec<String>> {
    let mut records = Records::new(text.as_bytes(), START, b',');
    let columns = header(&mut records, Path::new("callers.csv"), None)?;
    let mut rows = Vec::new();
    while let Some((line, cells)) = columns.cells(records.read_next()?) {
        let Some(cells) = cells? else { continue };
        let attributes = serde_json::to_string(&cells.attributes()?)?;
        rows.push(format!("{line}: {} {} {attributes}", cells.user()?, cells.pin()?));
    }
    Ok(rows)
}

#[test]
fn a_file_means_the_same_with_every_delimiter_mark_and_line_break() {
    let expected = ["2: ada 837461 {\"name\":\"Ada\"}", "4: bob 837462 {\"name\":\"\"}"];
    let text = "user,pin,name\nada, 837461 ,Ada\n,,\nbob,837462,\n\n";
    for delimiter in [",", ";", "\t"] {
        let text = text.replace(',', delimiter);
        assert_eq!(read(&text).unwrap(), expected, "{text}");
        assert_eq!(read(&format!("\u{feff}{}", text.replace('\n', "\r\n"))).unwrap(), expected, "{text}");
    }
    let declared = read(&format!("sep=|\n{}", text.replace(',', "|"))).unwrap();
    assert!(declared.len() == 2 && declared[1].starts_with("5: bob 837462"), "{declared:?}");
    let error = read(&text.replace(',', "|")).unwrap_err();
    assert!(format!("{error:#}").starts_with("callers.csv: it has no column `user`: its first row names"), "{error:#}");
}

#[test]
fn numbers_in_scientific_notation_are_refused_but_ids_with_an_e_are_not() {
    let row = |user: &str| read(&format!("user;pin\n{user};837461\n"));
    for user in ["9.07865E+11", "9,07865E+11", "1E+05", "1e-7", "-2.5E+10"] {
        assert!(
            row(user).unwrap_err().to_string().starts_with("the user is a number in scientific notation"),
            "{user}"
        );
    }
    for user in ["1e5", "12e45", "E+11", "9.E+11", "a1E+11", "1E+", "1.2.3E+4", "90786"] {
        assert_eq!(row(user).unwrap().len(), 1, "{user}");
    }
}

#[test]
fn a_column_that_differs_from_an_attribute_in_upper_and_lower_case_is_named() {
    let flow = ringbolt_core::flow::Flow::load(crate::DEMO_FLOW).unwrap();
    for column in ["First_Name", "first name", "FIRSTNAME"] {
        let hints = names::hints([column, "balance"], &flow);
        let expected = format!("reads `caller.first_name`, but the column is `{column}`");
        assert!(hints.len() == 1 && hints[0].contains(&expected), "{hints:?}");
    }
    for columns in [&["first_name", "First_Name"][..], &["name"], &[]] {
        assert_eq!(names::hints(columns.iter().copied(), &flow), Vec::<String>::new(), "{columns:?}");
    }
}

#[test]
fn columns_may_be_in_any_order_and_user_and_pin_in_any_case() {
    for header in ["\u{feff}\"PIN\",name, User ,vip\r\n", "pin,name,user,vip", "Pin,name,USER,vip,,"] {
        let columns = columns(header);
        assert_eq!((columns.user, columns.pin), (2, 0), "{header}");
        let names: Vec<&str> = columns.attributes.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["name", "vip"], "{header}");
    }
}

#[test]
fn an_unusable_header_is_refused_with_a_sentence() {
    for (header, sentence) in [
        (&b"user;pin\n"[..], "this one has semicolons (--delimiter ';')"),
        (b"user\tpin\n", "this one has tabs (--delimiter tab)"),
        (b"pin,name\n", "it has no column `user`"),
        (b"user,name\n", "it has no column `pin`"),
        (b"user,pin,PIN\n", "it has the column `pin` twice"),
        (b"user,pin,a,a\n", "it has the column `a` twice"),
        (b"user,pin,n\xe4me\n", "the name of column 3 is not UTF-8"),
        (b"user,pin,caller.id\n", "the column `caller.id` cannot be an attribute"),
        (b"user,pin,a b\n", "did you mean `a_b`?"),
        (b"user,pin,1x\n", "does not begin with a digit"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"\xef\xbb\xbf\r\n", "its first row is empty"),
        (b"\xff\xfeu\0s\0", "the file is UTF-16"),
        (b"\xfe\xff\0u\0s", "the file is UTF-16"),
        (b"u\0s\0e\0r\0,\0p\0i\0n\0\n", "the file is UTF-16"),
        (b"user,pin\rada,4711\r", "bare carriage returns"),
    ] {
        let error = columns::Columns::read(header, b',').unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
    }
}
