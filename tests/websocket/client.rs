//! A client without a WebSocket library: it writes the bytes of a case and reads frames strictly.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;

use crate::case::{Heard, Step};
use crate::frame::{BINARY, CLOSE, FIN, PONG, TEXT};

/// The example of RFC 6455, section 1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

#[derive(Debug)]
pub(crate) struct Client {
    stream: BufStream<TcpStream>,
}

impl Client {
    /// Connects and shakes hands.
    pub(crate) async fn connect(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let mut stream = BufStream::new(stream);
        let request = format!(
            "GET / HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8(head).map_err(io::Error::other)?;
        let is_accepted = head.starts_with("HTTP/1.1 101 ") && head.contains(ACCEPT);
        if is_accepted {
            Ok(Self { stream })
        } else {
            Err(io::Error::other(format!("no handshake: {head}")))
        }
    }

    /// Does what a case asks for; why it failed.
    pub(crate) async fn play(&mut self, steps: &[Step]) -> Result<(), String> {
        for (at, step) in steps.iter().enumerate() {
            let played = match step {
                Step::Send(bytes) => self.send(bytes).await.map_err(|error| error.to_string()),
                Step::Chop(bytes, size) => self.chop(bytes, *size).await,
                Step::Hear(wanted) => self.hear(wanted).await,
            };
            played.map_err(|why| format!("step {at}: {why}"))?;
        }
        self.hear(&Heard::Ended).await
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    async fn chop(&mut self, bytes: &[u8], size: usize) -> Result<(), String> {
        for chop in bytes.chunks(size) {
            self.send(chop).await.map_err(|error| error.to_string())?;
            // The server takes it before the next comes.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn hear(&mut self, wanted: &Heard) -> Result<(), String> {
        match self.read().await {
            Ok(heard) if heard == *wanted => Ok(()),
            Ok(heard) => Err(format!("{wanted:?} was due, not {heard:?}")),
            Err(error) => Err(format!("{wanted:?} was due, not: {error}")),
        }
    }

    /// The next frame, which must be as RFC 6455 wants a server's frames to be.
    async fn read(&mut self) -> io::Result<Heard> {
        let first = match self.stream.read_u8().await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Heard::Ended),
            first => first?,
        };
        let second = self.stream.read_u8().await?;
        let (length, shortest) = match second {
            126 => (u64::from(self.stream.read_u16().await?), 126),
            127 => (self.stream.read_u64().await?, 65_536),
            // With the mask bit this is above 127, and refused below.
            short => (u64::from(short), 0),
        };
        let is_control = first & 0x08 != 0;
        if second > 127 || length < shortest || is_control && length > 125 {
            let header = format!("a frame that starts {first:#04x} {second:#04x}, {length} bytes");
            return Err(io::Error::other(header));
        }
        let mut payload = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.stream.read_exact(&mut payload).await?;
        let (final_text, final_binary) = (FIN | TEXT, FIN | BINARY);
        let (final_pong, final_close) = (FIN | PONG, FIN | CLOSE);
        match first {
            first if first == final_text => Ok(Heard::Text(payload)),
            first if first == final_binary => Ok(Heard::Binary(payload)),
            first if first == final_pong => Ok(Heard::Pong(payload)),
            first if first == final_close => closed(&payload).map(Heard::Close),
            first => Err(io::Error::other(format!(
                "a frame that starts {first:#04x}"
            ))),
        }
    }
}

/// The code of a close frame, if it has one.
fn closed(payload: &[u8]) -> io::Result<Option<u16>> {
    match payload {
        [] => Ok(None),
        [high, low, reason @ ..] => {
            std::str::from_utf8(reason).map_err(io::Error::other)?;
            Ok(Some(u16::from_be_bytes([*high, *low])))
        }
        [_] => Err(io::Error::other("half a close code")),
    }
}
