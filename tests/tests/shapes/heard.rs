//! What the code under test logs on this thread.

use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing::{level_filters::LevelFilter, subscriber::DefaultGuard};
use tracing_subscriber::fmt::MakeWriter;

/// Everything at the level of errors.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    /// Listens until the guard is dropped.
    pub fn listen() -> (Self, DefaultGuard) {
        let heard = Self::default();
        let subscriber =
            tracing_subscriber::fmt().json().with_max_level(LevelFilter::ERROR).with_writer(heard.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        (heard, guard)
    }

    /// What was heard since the last time.
    pub fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Heard {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
