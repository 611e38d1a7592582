use super::*;

/// How many PINs of this length are refused.
fn refused(length: usize) -> usize {
    (0..10_usize.pow(length as u32)).filter(|n| weakness(&format!("{n:0length$}")).is_some()).count()
}

#[test]
fn about_a_tenth_of_the_four_digit_space_is_refused() {
    let refused = refused(4);
    assert!((800..=1_300).contains(&refused), "{refused} of 10,000");
}

#[test]
fn about_a_tenth_of_the_six_digit_space_is_refused() {
    let refused = refused(6);
    assert!((70_000..=130_000).contains(&refused), "{refused} of 1,000,000");
}

/// The twenty most frequent of 3.4 million four-digit passwords, as published by DataGenetics in 2012.
#[test]
fn the_most_frequent_pins_are_refused() {
    for pin in [
        "1234", "1111", "0000", "1212", "7777", "1004", "2000", "4444", "2222", "6969", "9999", "3333", "5555", "6666",
        "1122", "1313", "8888", "4321", "2001", "1010",
    ] {
        assert!(weakness(pin).is_some(), "{pin}");
    }
}

#[test]
fn each_rule_gives_its_own_reason() {
    use Weakness::*;
    for (reason, pins) in [
        (OneDigit, &["0000", "77777", "111111111111"][..]),
        (Run, &["1234", "9876", "0123", "7890", "3210", "1098", "2468", "8642", "890123", "123456789012"]),
        (RepeatedBlock, &["1212", "12121", "123123", "1231231", "47184718", "471847184718"]),
        (RepeatedDigits, &["1122", "4455", "112233", "111222", "7744", "111122223333"]),
        (Palindrome, &["1221", "12321", "471174", "4718174"]),
        (FewDigits, &["11121", "772722", "0001100"]),
        (Year, &["1900", "1987", "2049"]),
        (Date, &["1225", "2512", "0229", "2902", "1031", "3110"]),
        (Date, &["251285", "122585", "851225", "290204", "198512", "121985"]),
        (Date, &["25121985", "12251985", "19851225", "29022004"]),
        (KeypadPattern, &["2580", "0852", "1470", "0369", "1379", "9713", "8426", "1254", "2589", "159357"]),
        (KeypadPattern, &["147258", "369258", "123789", "147896", "14789632", "741852963", "1472583690"]),
    ] {
        for pin in pins {
            assert_eq!(weakness(pin), Some(reason), "{pin}");
        }
    }
}

#[test]
fn ordinary_pins_pass() {
    for pin in [
        "4718",
        "6093",
        "7727",
        "8068",
        "3947",
        "1899",
        "2050",
        "0230",
        "0431",
        "3109",
        "3211",
        "1300",
        "47183",
        "815294",
        "290299",
        "311304",
        "189913",
        "198547",
        "471985",
        "5062917",
        "25131985",
        "29021900",
        "19850230",
        "18991225",
        "640917283",
        "935028174660",
    ] {
        assert_eq!(weakness(pin), None, "{pin}");
    }
}

#[test]
fn text_other_than_digits_is_not_judged() {
    for text in ["12/4", "abab", "１２３４", "-1-1", "12 34 56"] {
        assert_eq!(weakness(text), None, "{text}");
    }
}

#[test]
fn a_pin_from_the_account_number_is_refused() {
    for (pin, user) in [
        ("4718", "4718"),
        ("4718", "99471852"),
        ("815294", "ab-81 52-94"),
        ("94718", "4718"),
        ("5550", "+1 (202) 555-0123"),
        ("1234", "1234"),
    ] {
        assert_eq!(weakness_for(pin, user), Some(Weakness::AccountNumber), "{pin} {user}");
    }
    for (pin, user) in [("4718", "8174"), ("4718", ""), ("4718", "471"), ("4718", "anna"), ("4718", "47a19")] {
        assert_eq!(weakness_for(pin, user), None, "{pin} {user}");
    }
    assert_eq!(weakness_for("1234", "anna"), Some(Weakness::Run));
}

#[test]
fn the_explanation_is_a_sentence_without_digits() {
    use Weakness::*;
    for reason in
        [AccountNumber, OneDigit, Run, RepeatedBlock, RepeatedDigits, Palindrome, FewDigits, Year, Date, KeypadPattern]
    {
        let sentence = reason.to_string();
        assert!(sentence.starts_with("The PIN must") && sentence.ends_with('.'), "{sentence}");
        assert!(!sentence.contains(|c: char| c.is_ascii_digit()), "{sentence}");
    }
}

proptest::proptest! {
    #[test]
    fn a_pin_written_twice_or_mirrored_is_refused(half in "[0-9]{2,6}") {
        let mirrored: String = half.chars().chain(half.chars().rev()).collect();
        proptest::prop_assert!(weakness(&half.repeat(2)).is_some());
        proptest::prop_assert!(weakness(&mirrored).is_some());
    }

    #[test]
    fn every_pin_of_every_length_is_judged(pin in "[0-9]{4,12}", user in "[0-9a-z]{0,12}") {
        let for_anybody = weakness(&pin);
        let for_this_user = weakness_for(&pin, &user);
        proptest::prop_assert!(for_this_user == for_anybody || for_this_user == Some(Weakness::AccountNumber));
    }
}
