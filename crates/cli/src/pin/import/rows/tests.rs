use super::*;

fn rules() -> Rules {
    Rules { realm: Realm::parse("demo").unwrap(), form: IdentifierForm::Text, allow_weak: false }
}

fn columns(header: &str) -> Columns {
    Columns::read(header.as_bytes(), b',').unwrap()
}

fn refusal(row: &[u8]) -> (Option<String>, String) {
    let refused = columns("user,pin,name\n").row(7, row, &rules()).unwrap_err();
    assert_eq!(refused.line, 7);
    (refused.user, refused.reason.to_string())
}

#[test]
fn columns_stand_in_any_order_and_user_and_pin_in_any_case() {
    for header in ["\u{feff}\"PIN\",name, User ,vip\r\n", "pin,name,user,vip", "Pin,name,USER,vip,,"] {
        let columns = columns(header);
        assert_eq!((columns.user, columns.pin), (2, 0), "{header}");
        let names: Vec<&str> = columns.attributes.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["name", "vip"], "{header}");
    }
}

#[test]
fn a_header_that_cannot_be_used_is_refused_in_a_sentence() {
    for (header, sentence) in [
        (&b"user;pin\n"[..], "this one has semicolons (--delimiter ';')"),
        (b"user\tpin\n", "this one has tabs (--delimiter tab)"),
        (b"pin,name\n", "it has no column `user`"),
        (b"user,name\n", "it has no column `pin`"),
        (b"user,pin,PIN\n", "it has the column `pin` twice"),
        (b"user,pin,a,a\n", "it has the column `a` twice"),
        (b"user,pin,n\xe4me\n", "the name of column 3 is not UTF-8"),
        (b"\xff\xfeu\0s\0", "the file is UTF-16"),
        (b"\xfe\xff\0u\0s", "the file is UTF-16"),
        (b"u\0s\0e\0r\0,\0p\0i\0n\0\n", "the file is UTF-16"),
        (b"user,pin\rada,4711\r", "a carriage return alone"),
    ] {
        let error = Columns::read(header, b',').unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
    }
}

#[test]
fn a_row_becomes_a_caller_a_pin_and_attributes() {
    let row =
        columns("name,pin,user,city\n").row(3, b" Ada ,837461, ADA-1 ,\"New\nYork\"\r\n", &rules()).unwrap().unwrap();
    assert_eq!((row.line, row.caller.user.as_str(), row.pin.digits()), (3, "ada-1", "837461"));
    let attributes = serde_json::to_string(&row.attributes.unwrap()).unwrap();
    assert_eq!(attributes, r#"{"city":"New\nYork","name":"Ada"}"#);
    let bare = columns("user,pin\n").row(2, b"ada,837461", &rules()).unwrap().unwrap();
    assert_eq!(bare.attributes, None, "a file without attributes says nothing about them");
    assert!(columns("user,pin\n").row(2, b" , \n", &rules()).unwrap().is_none(), "a row of empty fields is no row");
}

#[test]
fn a_refused_row_has_a_reason_without_its_pin() {
    let ada = || Some("ada".to_owned());
    let long_name = [&b"ada,837461,"[..], &vec![b'x'; ITEM_BYTES]].concat();
    for (row, user, reason) in [
        (&b"ada,837461\n"[..], None, "it has 2 fields, and the first row 3"),
        (b"ada,837461,x,y\n", None, "it has 4 fields, and the first row 3"),
        (b"\"a\nb\",837461\n", None, "it has 2 fields, and the first row 3 (it goes on to line 8: perhaps a quotation"),
        (b",837461,x\n", None, "the user id is empty"),
        (b"\xff,837461,x\n", None, "it is not UTF-8"),
        (b"ada,,x\n", ada(), "the PIN is empty"),
        (b"ada,83746x,x\n", ada(), "a PIN has digits only"),
        (b"ada,837,x\n", ada(), "a PIN has 4 to 12 digits"),
        (b"ada,837461,\xe4\n", ada(), "it is not UTF-8"),
        (b"ada,111111,x\n", ada(), "the PIN is easy to guess: it must not be one digit over and over"),
        (b"ada,837461,x\rbob,1,2\n", None, "it has a carriage return without a line feed"),
        (&long_name, ada(), "an item of DynamoDB holds 400 KB"),
    ] {
        let (shown, said) = refusal(row);
        assert_eq!(shown, user, "{said}");
        assert!(said.starts_with(reason), "{said}");
        assert!(!["837461", "83746x", "111111"].iter().any(|pin| said.contains(pin)), "{said}");
    }
    let weak = Rules { allow_weak: true, ..rules() };
    assert!(columns("user,pin\n").row(2, b"ada,111111", &weak).unwrap().is_some());
}

#[test]
fn rows_do_not_print_their_pins() {
    let row = columns("user,pin\n").row(2, b"ada,837461", &rules());
    let shown = format!("{row:?}");
    assert!(!shown.contains("837461") && !shown.contains("ada"), "{shown}");
}
