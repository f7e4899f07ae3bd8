//! A mail server that stores messages and misbehaves on demand.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;

use crate::inbox::Inbox;
use crate::mail::{Message, decode_base64};

/// What the mail server does with the next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Accept,
    /// Refuses every recipient with this code: 450 for a temporary, 550 for a permanent failure.
    Refuse(u16),
    /// Closes the connection when a message begins.
    Close,
    /// Accepts connections and sends nothing.
    Silent,
    /// Refuses connections.
    Away,
}

/// The mail server: plain SMTP on the loopback address.
pub struct Sink {
    port: u16,
    shared: Arc<Shared>,
    door: tokio::sync::Mutex<Door>,
}

struct Shared {
    messages: Inbox<Message>,
    behaviour: Mutex<Behaviour>,
    login: Option<(String, String)>,
}

enum Door {
    Open(JoinHandle<()>),
    /// Binds the port without listening, so that connections are refused and no other process takes it.
    Shut(TcpSocket),
}

impl Sink {
    /// Starts a mail server that accepts every message.
    pub async fn start() -> Self {
        Self::open(None).await
    }

    /// Starts a mail server that accepts messages only after AUTH PLAIN with this user and password.
    pub async fn with_login(user: &str, password: &str) -> Self {
        Self::open(Some((user.to_owned(), password.to_owned()))).await
    }

    async fn open(login: Option<(String, String)>) -> Self {
        let socket = socket(0);
        let port = socket.local_addr().unwrap().port();
        let shared = Arc::new(Shared { messages: Inbox::new(), behaviour: Mutex::new(Behaviour::Accept), login });
        let door = tokio::sync::Mutex::new(Door::Open(listen(socket, &shared)));
        Self { port, shared, door }
    }

    pub fn host(&self) -> &'static str {
        "127.0.0.1"
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes the behaviour, also of open connections.
    pub async fn behave(&self, behaviour: Behaviour) {
        *self.shared.behaviour.lock().unwrap() = behaviour;
        let mut door = self.door.lock().await;
        match (&mut *door, behaviour == Behaviour::Away) {
            (Door::Open(accepting), true) => {
                accepting.abort();
                // The listener is closed when its task has ended.
                let _ = accepting.await;
                *door = Door::Shut(socket(self.port));
            }
            (Door::Shut(_), false) => {
                let Door::Shut(kept) = std::mem::replace(&mut *door, Door::Open(tokio::spawn(async {}))) else {
                    return;
                };
                *door = Door::Open(listen(kept, &self.shared));
            }
            (Door::Open(_), false) | (Door::Shut(_), true) => {}
        }
    }

    pub fn messages(&self) -> Vec<Message> {
        self.shared.messages.all()
    }

    /// The oldest message that was not read before; waits for one, and panics when none arrives.
    pub async fn next(&self) -> Message {
        self.shared.messages.next("mail").await
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Door::Open(accepting) = self.door.get_mut() {
            accepting.abort();
        }
    }
}

fn socket(port: u16) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], port).into()).expect("a port on the loopback address");
    socket
}

fn listen(socket: TcpSocket, shared: &Arc<Shared>) -> JoinHandle<()> {
    let listener: TcpListener = socket.listen(64).expect("to listen on a port that is ours");
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                let (reading, writing) = stream.into_split();
                let mut session = Session { lines: BufReader::new(reading), writing, shared };
                // A client may disconnect in the middle.
                let _ = session.run().await;
            });
        }
    })
}

struct Session<R, W> {
    lines: BufReader<R>,
    writing: W,
    shared: Arc<Shared>,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Session<R, W> {
    async fn run(&mut self) -> std::io::Result<()> {
        if self.behaviour() == Behaviour::Silent {
            std::future::pending::<()>().await;
        }
        self.say("220 a sink").await?;
        let mut trusted = self.shared.login.is_none();
        let (mut from, mut to) = (String::new(), Vec::new());
        while let Some(line) = self.line().await? {
            let line = String::from_utf8_lossy(&line).into_owned();
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            match self.behaviour() {
                Behaviour::Close if verb == "MAIL" => return Ok(()),
                Behaviour::Away => return Ok(()),
                Behaviour::Silent => std::future::pending().await,
                Behaviour::Accept | Behaviour::Refuse(_) | Behaviour::Close => {}
            }
            match verb.as_str() {
                "EHLO" if self.shared.login.is_some() => self.say("250-sink\r\n250-8BITMIME\r\n250 AUTH PLAIN").await?,
                "EHLO" => self.say("250-sink\r\n250 8BITMIME").await?,
                "HELO" | "NOOP" => self.say("250 yes").await?,
                "AUTH" => {
                    trusted = self.login(&line).await?;
                    self.say(if trusted { "235 welcome" } else { "535 wrong name or password" }).await?;
                }
                "MAIL" if !trusted => self.say("530 who are you?").await?,
                "MAIL" => {
                    (from, to) = (address(&line), Vec::new());
                    self.say("250 yes").await?;
                }
                "RCPT" => match self.behaviour() {
                    Behaviour::Refuse(code) => self.say(&format!("{code} not this one")).await?,
                    _ => {
                        to.push(address(&line));
                        self.say("250 yes").await?;
                    }
                },
                "DATA" if to.is_empty() => self.say("503 to whom?").await?,
                "DATA" => {
                    self.say("354 go on, end with a dot").await?;
                    let Some(raw) = self.message().await? else { return Ok(()) };
                    let (from, to) = (std::mem::take(&mut from), std::mem::take(&mut to));
                    self.shared.messages.put(Message { from, to, raw });
                    self.say("250 kept").await?;
                }
                "RSET" => {
                    to.clear();
                    self.say("250 yes").await?;
                }
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("502 no such command").await?,
            }
        }
        Ok(())
    }

    /// `AUTH PLAIN`, with the response on the same line or the next.
    async fn login(&mut self, line: &str) -> std::io::Result<bool> {
        let proof = match line.split_whitespace().nth(2) {
            Some(proof) => proof.to_owned(),
            None => {
                self.say("334 ").await?;
                String::from_utf8_lossy(&self.line().await?.unwrap_or_default()).into_owned()
            }
        };
        let proof = decode_base64(&proof);
        let mut parts = proof.split(|byte| *byte == 0).skip(1).map(|part| String::from_utf8_lossy(part).into_owned());
        let said = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        Ok(self.shared.login.as_ref() == Some(&said))
    }

    /// The lines up to the single dot, unstuffed.
    async fn message(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::new();
        while let Some(line) = self.line().await? {
            if line == b"." {
                return Ok(Some(raw));
            }
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            raw.extend_from_slice(b"\r\n");
        }
        Ok(None)
    }

    /// The next line without its end; `None` at the end of the connection.
    async fn line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        if self.lines.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        for end in [b'\n', b'\r'] {
            if line.last() == Some(&end) {
                line.pop();
            }
        }
        Ok(Some(line))
    }

    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.writing.write_all(format!("{line}\r\n").as_bytes()).await
    }

    fn behaviour(&self) -> Behaviour {
        *self.shared.behaviour.lock().unwrap()
    }
}

/// The address between angle brackets.
fn address(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(address, _)| address).to_owned()
}
