//! A minimal HTTP/1.1 client: it shares a machine with the server that it measures. Requests are prepared bytes; of a
//! response only status and length are read.

use anyhow::{Context, bail};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The address and keys of a program.
#[derive(Debug, Clone)]
pub struct Door {
    pub address: SocketAddr,
    pub api_key: String,
    pub secret_key: String,
}

impl Door {
    /// A request without a body and without compression.
    #[must_use]
    pub fn get(&self, path: &str) -> Vec<u8> {
        format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head()).into_bytes()
    }

    #[must_use]
    pub fn post(&self, path: &str, json: &str) -> Vec<u8> {
        let head = self.head();
        let length = json.len();
        format!(
            "POST {path} HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}"
        )
        .into_bytes()
    }

    fn head(&self) -> String {
        let Self { address, api_key, secret_key } = self;
        format!("Host: {address}\r\nX-Bookeo-apiKey: {api_key}\r\nX-Bookeo-secretKey: {secret_key}\r\n")
    }
}

/// An open connection, for one request at a time.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

#[derive(Debug)]
pub struct Reply<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 256 * 1024] })
    }

    /// Sends a request and reads the complete response.
    pub async fn call(&mut self, request: &[u8]) -> anyhow::Result<Reply<'_>> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let mut head: Option<Head> = None;
        loop {
            if let Some(Head { status, begins, length }) = head
                && filled >= begins + length
            {
                return Ok(Reply { status, body: &self.buffer[begins..begins + length] });
            }
            if filled == self.buffer.len() {
                self.buffer.resize(2 * filled, 0);
            }
            match self.stream.read(&mut self.buffer[filled..]).await? {
                0 => bail!("the connection was closed in the middle of an answer"),
                read => filled += read,
            }
            if head.is_none() {
                head = Head::read(&self.buffer[..filled])?;
            }
        }
    }

    /// Sends a request that must get this status; returns the body.
    pub async fn must(&mut self, request: &[u8], expected: u16) -> anyhow::Result<&[u8]> {
        let Reply { status, body } = self.call(request).await?;
        if status == expected {
            return Ok(body);
        }
        let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let (line, body) = (String::from_utf8_lossy(line), String::from_utf8_lossy(body));
        bail!("{line} answers {status} instead of {expected}: {body}")
    }
}

/// What is read of a response's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    status: u16,
    begins: usize,
    length: usize,
}

impl Head {
    /// Parses a complete head. Chunked responses are not supported; the measured ones have a length.
    fn read(bytes: &[u8]) -> anyhow::Result<Option<Self>> {
        let mut begins = 0;
        let mut status = None;
        let mut length = None;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            begins += line.len();
            if status.is_none() {
                status = line.get(9..12).and_then(number);
            } else if line == b"\r\n" {
                let status = status.and_then(|status| u16::try_from(status).ok()).context("an answer has no status")?;
                let length = if status == 204 { Some(0) } else { length };
                let length = length.context("an answer does not say how long it is")?;
                return Ok(Some(Self { status, begins, length }));
            } else if line.len() > 16 && line[..15].eq_ignore_ascii_case(b"content-length:") {
                length = number(line[15..].trim_ascii());
            }
        }
        Ok(None)
    }
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let text = b"HTTP/1.1 201 Created\r\nLocation: /x\r\ncontent-LENGTH: 12\r\n\r\nhello world!";
        assert_eq!(Head::read(text).unwrap(), Some(Head { status: 201, begins: text.len() - 12, length: 12 }));
        assert_eq!(Head::read(&text[..text.len() - 14]).unwrap(), None);
        assert_eq!(Head::read(b"HT").unwrap(), None);
        assert!(Head::read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
        let nothing = Head { status: 204, begins: 27, length: 0 };
        assert_eq!(Head::read(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap(), Some(nothing));
    }
}
