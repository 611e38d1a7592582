//! Asking for a secret at the terminal.

use crate::{exit::Interrupted, stop::StopSignal};
use anyhow::Context as _;
use std::io::ErrorKind;
use zeroize::Zeroizing;

/// Asks at the terminal without echo. Ctrl-C must not end the process meanwhile, because echo would stay off. `what` is
/// what is asked for, such as "the PIN".
///
/// # Errors
/// The terminal cannot be read, or the user pressed Ctrl-C.
pub(crate) fn ask(prompt: &str, what: &str) -> anyhow::Result<Zeroizing<String>> {
    let mut stop = StopSignal::listen()?;
    let answer = match rpassword::prompt_password(prompt) {
        Ok(answer) => Zeroizing::new(answer),
        Err(error) if error.kind() == ErrorKind::Interrupted => {
            return Err(Interrupted::new("interrupted; nothing was changed"));
        }
        Err(error) => return Err(error).with_context(|| format!("{what} could not be read from the terminal")),
    };
    // From here on, Ctrl-C ends the process as usual.
    tokio::spawn(async move {
        stop.received().await;
        std::process::exit(130);
    });
    Ok(answer)
}
