//! HTTP/1.1 over a connection that stays open.

use std::io::{self, Read, Write};

/// Reads replies from one connection.
#[derive(Default)]
pub struct Reader(Vec<u8>);

/// A reply.
pub struct Reply {
    head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Reader {
    /// Sends a request and reads the reply to it.
    pub fn exchange(&mut self, stream: &mut (impl Read + Write), request: &[u8]) -> io::Result<Reply> {
        stream.write_all(request)?;
        stream.flush()?;
        let ends = loop {
            if let Some(ends) = self.0.windows(4).position(|four| four == b"\r\n\r\n") {
                break ends + 4;
            }
            self.more(stream)?;
        };
        let head = String::from_utf8_lossy(&self.0[..ends]).into_owned();
        let length = header(&head, "content-length").map_or(Ok(0), str::parse).map_err(io::Error::other)?;
        while self.0.len() < ends + length {
            self.more(stream)?;
        }
        let rest = self.0.split_off(ends + length);
        let body = std::mem::replace(&mut self.0, rest).split_off(ends);
        Ok(Reply { head, body })
    }

    fn more(&mut self, stream: &mut impl Read) -> io::Result<()> {
        let mut buffer = [0; 8192];
        match stream.read(&mut buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                self.0.extend_from_slice(&buffer[..read]);
                Ok(())
            }
        }
    }
}

impl Reply {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
