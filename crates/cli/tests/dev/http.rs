//! An HTTP/1.1 client that sends exactly the given bytes.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// A port on 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    pub port: u16,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub body: String,
}

impl Address {
    pub fn get(self, target: &str) -> Reply {
        self.request("GET", target, &[], b"")
    }

    pub fn post(self, target: &str, content_type: &str, body: &[u8]) -> Reply {
        self.request("POST", target, &[("content-type", content_type)], body)
    }

    pub fn request(self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut head = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head += &format!("host: 127.0.0.1:{}\r\n", self.port);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() || method == "POST" {
            head += &format!("content-length: {}\r\n", body.len());
        }
        self.raw(&[head.as_bytes(), b"\r\n", body].concat())
    }

    /// Sends bytes unchanged.
    pub fn raw(self, request: &[u8]) -> Reply {
        let (sent, read, bytes) = self.exchange(request);
        Reply::parse(&bytes).unwrap_or_else(|| panic!("no HTTP answer: sent {sent:?}, read {read:?}, {bytes:?}"))
    }

    /// Sends a request unchanged, and returns the whole response.
    pub fn raw_text(self, request: &str) -> String {
        String::from_utf8(self.exchange(request.as_bytes()).2).unwrap()
    }

    fn exchange(self, request: &[u8]) -> (io::Result<()>, io::Result<usize>, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // The server may answer before everything is sent.
        let sent = stream.write_all(request);
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        (sent, read, bytes)
    }
}

impl Reply {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let split = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..split]).ok()?;
        let header = |name: &str| {
            let mut headers = head.lines().filter_map(|line| line.split_once(": "));
            headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        assert_eq!(header("transfer-encoding"), None, "chunks are not read here");
        let body = String::from_utf8(bytes[split + 4..].to_vec()).ok()?;
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        assert_eq!(body.len(), length, "the body is whole");
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Self { status, content_type: header("content-type").unwrap_or_default(), body })
    }

    /// Asserts an action document and returns the body.
    #[track_caller]
    pub fn xml(&self) -> &str {
        assert_eq!((self.status, self.content_type.as_str()), (200, "text/xml; charset=utf-8"), "{self:?}");
        &self.body
    }

    /// Asserts plain text and returns the body.
    #[track_caller]
    pub fn text(&self) -> &str {
        assert_eq!((self.status, self.content_type.as_str()), (200, "text/plain; charset=utf-8"), "{self:?}");
        &self.body
    }

    /// Asserts that this is a refusal with a sentence.
    #[track_caller]
    pub fn refuses(&self, status: u16, with: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.content_type.starts_with("text/plain"), "{self:?}");
        assert!(self.body.contains(with) && self.body.ends_with(".\n"), "{self:?}");
    }
}
