//! A stand-in for AWS that gives fixed answers.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

/// Starts a server that always gives this answer, and returns its URL. It ends with the test process.
pub fn answering(status: u16, body: impl Into<String>) -> String {
    let body = body.into();
    answering_by(move |_| (status, body.clone()))
}

/// Starts a server that computes its answer from the request.
pub fn answering_by(answer: impl Fn(&str) -> (u16, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !is_whole(&request) {
                match stream.read(&mut buffer).unwrap_or(0) {
                    0 => break,
                    read => request.extend_from_slice(&buffer[..read]),
                }
            }
            let (status, body) = answer(&String::from_utf8_lossy(&request));
            let length = body.len();
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).unwrap_or_default();
        }
    });
    address
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or(0)
}
