//! What people key and telephone networks send: user ids, PINs, telephone numbers.

use crate::input::Input;
use ringbolt_core::ani::Ani;
use ringbolt_core::identity::{IdentifierForm, UserId};
use ringbolt_core::keyed::keyed;
use ringbolt_core::number::PhoneNumber;
use ringbolt_core::pin::{CallerPin, Guess};

/// A text.
///
/// The one form of the one form is itself, however it was keyed; nobody can key the id of a shared PIN; a PIN is the guess that
/// was keyed for it.
pub fn identity(data: &[u8]) {
    let text = Input::new(data).rest_as_text();
    let once = keyed(&text);
    assert_eq!(keyed(&once), once);

    for form in [IdentifierForm::Text, IdentifierForm::Digits] {
        let Ok(user) = UserId::parse(&text, form) else { continue };
        assert!(!user.is_shared() && (1..=UserId::MAX_BYTES).contains(&user.as_str().len()));
        assert_eq!(UserId::parse(user.as_str(), form).as_ref(), Ok(&user));
        assert_eq!(UserId::from_stored(user.as_str()).as_ref(), Ok(&user));
        let spelled = format!(" \t{}#\n", user.as_str().to_uppercase());
        if user.as_str().is_ascii() {
            assert_eq!(UserId::parse(&spelled, form).as_ref(), Ok(&user), "{spelled:?}");
        }
    }
    if let Ok(shared) = UserId::shared(&text) {
        assert!(shared.is_shared());
        assert_eq!(UserId::from_stored(shared.as_str()).as_ref(), Ok(&shared));
    }

    let guess = Guess::keyed(&text);
    if let Ok(pin) = CallerPin::parse(&text) {
        assert!((4..=12).contains(&pin.digits().len()) && pin.digits().bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(CallerPin::parse(pin.digits()).map(|pin| pin.digits().to_owned()).as_deref(), Ok(pin.digits()));
        assert!(guess.is_some());
    }

    let ani = Ani::parse(Some(&text));
    if ani.is_withheld() {
        assert_eq!(ani.digits(), None);
    } else {
        assert_eq!(Ani::parse(Some(ani.as_str())), ani, "{}", ani.as_str());
        assert!(ani.as_str().bytes().all(|byte| byte.is_ascii_digit()) && ani.as_str().len() <= 32);
    }
    if let Ok(number) = PhoneNumber::parse(&text) {
        assert_eq!(PhoneNumber::parse(number.as_str()).as_ref(), Ok(&number));
        assert_eq!(PhoneNumber::parse(&format!("+1{}", number.as_str())).as_ref(), Ok(&number));
        assert_eq!(Ani::parse(Some(number.as_str())).as_str(), number.as_str());
    }
}
