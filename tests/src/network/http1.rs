//! HTTP/1.1 messages as bytes, so that a proxy can cut, repeat and lose them.

use std::io;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A request or a reply, exactly as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The first line and the headers, with the empty line that ends them.
    pub head: String,
    /// As many bytes as `Content-Length` says.
    pub body: Vec<u8>,
}

impl Message {
    /// Reads the next message. `None` if the connection ended before one began.
    ///
    /// # Errors
    /// The connection broke, or what came is not HTTP/1.1 with a `Content-Length`.
    pub(crate) async fn read(stream: &mut TcpStream, read: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let ends = loop {
            if let Some(ends) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break ends + 4;
            }
            if stream.read_buf(read).await? == 0 {
                return if read.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        };
        let head = String::from_utf8_lossy(&read[..ends]).into_owned();
        let length = header(&head, "content-length").map_or(Ok(0), str::parse).map_err(io::Error::other)?;
        assert_eq!(header(&head, "transfer-encoding"), None, "this proxy does not read chunks: {head}");
        while read.len() < ends + length {
            if stream.read_buf(read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let rest = read.split_off(ends + length);
        let body = std::mem::replace(read, rest).split_off(ends);
        Ok(Some(Self { head, body }))
    }

    /// A reply of this proxy's own.
    pub(crate) fn reply(status: &str, content_type: &str, body: &str) -> Self {
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n", body.len());
        Self { head, body: body.as_bytes().to_vec() }
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// The same request to another host.
    pub(crate) fn sent_to(mut self, host: &str) -> Self {
        let other = |line: &str| !line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("host:"));
        let lines: Vec<&str> = self.head.split_inclusive("\r\n").filter(|line| other(line)).collect();
        self.head = lines.concat();
        self.with_header(&format!("host: {host}"))
    }

    /// The same message with one more header.
    pub(crate) fn with_header(mut self, line: &str) -> Self {
        let ends = self.head.len() - 2;
        self.head.insert_str(ends, &format!("{line}\r\n"));
        self
    }

    pub(crate) async fn write(&self, stream: &mut TcpStream) -> io::Result<()> {
        stream.write_all(&self.bytes()).await
    }

    /// Writes the first half only.
    pub(crate) async fn write_half(&self, stream: &mut TcpStream) -> io::Result<()> {
        let bytes = self.bytes();
        // Behind the headers, so that a client has begun to read a good reply.
        let half = self.head.len() + self.body.len() / 2;
        stream.write_all(&bytes[..half.min(bytes.len() - 1)]).await?;
        stream.flush().await
    }

    fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
