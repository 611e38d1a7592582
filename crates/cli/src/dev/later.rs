//! Printing while webhooks are answered: by a thread of its own, so that whoever reads slowly, or not at all, holds up
//! nobody (`ringbolt dev | less`, a terminal after Ctrl-S).

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    time::Duration,
};

/// What waits at most to be printed. What comes then is lost, and counted.
const MOST: usize = 1_000;

/// How long the end waits for what is still to be printed.
const PATIENCE: Duration = Duration::from_secs(1);

type Job = Box<dyn FnOnce() + Send>;

/// What prints, one after another.
#[derive(Clone)]
pub(super) struct Later {
    jobs: SyncSender<Job>,
    lost: Arc<AtomicUsize>,
}

impl Later {
    /// Starts the thread. `lost` is told how much was lost before what is printed next.
    pub(super) fn start(told: impl Fn(usize) + Send + 'static) -> io::Result<Self> {
        let (jobs, received) = sync_channel::<Job>(MOST);
        let lost = Arc::new(AtomicUsize::new(0));
        let of_thread = Arc::clone(&lost);
        std::thread::Builder::new().name("printing".to_owned()).spawn(move || {
            for job in received {
                job();
                let lost = of_thread.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    told(lost);
                }
            }
        })?;
        Ok(Self { jobs, lost })
    }

    /// Does it once everything before is printed. It is lost if too much waits already.
    pub(super) fn then(&self, job: impl FnOnce() + Send + 'static) {
        if self.jobs.try_send(Box::new(job)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything is printed, but not for long.
    pub(super) fn finish(self) {
        let (done, is_done) = sync_channel(1);
        self.then(move || done.send(()).unwrap_or_default());
        // Nobody reads: what is left is lost with the process.
        is_done.recv_timeout(PATIENCE).unwrap_or_default();
    }
}

/// Where the lines of a log go.
pub(super) struct LogLines<F> {
    pub(super) later: Later,
    /// Prints a line.
    pub(super) print: F,
}

impl<F: Fn(&str) + Clone + Send + 'static> Write for LogLines<F> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let (text, print) = (String::from_utf8_lossy(line).trim_end().to_owned(), self.print.clone());
        self.later.then(move || print(&text));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Mutex, mpsc::channel};

    #[test]
    fn what_nobody_reads_is_lost_and_counted_and_holds_up_nobody() {
        let printed = Arc::new(Mutex::new(Vec::new()));
        let lost = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&lost);
        let later = Later::start(move |count| told.lock().unwrap().push(count)).unwrap();
        let (begun, has_begun) = channel();
        let (go_on, goes_on) = channel::<()>();
        later.then(move || {
            begun.send(()).unwrap();
            goes_on.recv().unwrap();
        });
        has_begun.recv().unwrap();
        for number in 0..MOST + 3 {
            let printed = Arc::clone(&printed);
            later.then(move || printed.lock().unwrap().push(number));
        }
        go_on.send(()).unwrap();
        // A place for it is free once the first one is printed.
        while later.lost.load(Ordering::Relaxed) > 0 {
            std::thread::yield_now();
        }
        later.finish();
        assert_eq!(*printed.lock().unwrap(), (0..MOST).collect::<Vec<_>>());
        assert_eq!(*lost.lock().unwrap(), [3]);
    }
}
