//! A mail server on this machine that does as it is told, one way for each connection, the last way ever after.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mail_parser::MessageParser;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What the server does with a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Takes it.
    Accepts,
    /// Takes it, 0.3 s later.
    TakesItsTime,
    /// Puts the recipient off: 451.
    Greylists,
    /// Knows no such recipient: 550.
    Refuses,
    /// Takes it, and hangs up without a word.
    DropsAfterAccepting,
    /// Hangs up at once.
    HangsUp,
    /// Wants an account: 530.
    WantsAnAccount,
    /// Knows no gone@, and takes everybody else.
    RefusesOne,
}

/// A server under test.
pub struct MailServer {
    pub address: SocketAddr,
    taken: Arc<Mutex<Vec<Vec<u8>>>>,
    connections: Arc<AtomicUsize>,
    senders: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// Starts one that treats its connections in these ways, in turn.
    pub async fn start(ways: &[Does]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (ways, theirs, counted) = (ways.to_vec(), taken.clone(), connections.clone());
        let senders = Arc::new(Mutex::new(Vec::new()));
        let said = senders.clone();
        tokio::spawn(async move {
            for number in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                counted.fetch_add(1, Ordering::SeqCst);
                let does = ways[number.min(ways.len() - 1)];
                // a client that goes away in the middle is its own affair
                tokio::spawn(converse(stream, does, theirs.clone(), said.clone()));
            }
        });
        Self {
            address,
            taken,
            connections,
            senders,
        }
    }

    /// The letters taken so far.
    pub fn taken(&self) -> Vec<Vec<u8>> {
        self.taken.lock().unwrap().clone()
    }

    /// How many letters it has taken so far.
    pub fn taken_count(&self) -> usize {
        self.taken.lock().unwrap().len()
    }

    /// Whether it has taken a letter to this address.
    pub fn has_taken(&self, email: &str) -> bool {
        self.taken().iter().any(|letter| {
            let text = String::from_utf8_lossy(letter);
            text.lines()
                .any(|line| line.starts_with("To: ") && line.contains(email))
        })
    }

    /// The envelope senders so far.
    pub fn senders(&self) -> Vec<String> {
        self.senders.lock().unwrap().clone()
    }

    /// How many connections were made to it so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The Message-IDs of the letters taken so far.
    pub fn message_ids(&self) -> Vec<String> {
        self.taken()
            .iter()
            .map(|letter| {
                let message = MessageParser::default().parse(letter).unwrap();
                message.message_id().unwrap().to_owned()
            })
            .collect()
    }

    /// Settings that send letters here.
    pub fn settings(&self) -> String {
        to_port(self.address.port())
    }
}

/// Settings that send letters to a port of this machine.
pub fn to_port(port: u16) -> String {
    format!(
        "[mail]\ntransport = \"smtp\"\n[mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\ntimeout_seconds = 2\n"
    )
}

async fn converse(
    stream: TcpStream,
    does: Does,
    taken: Arc<Mutex<Vec<Vec<u8>>>>,
    senders: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    if does == Does::HangsUp {
        return Ok(());
    }
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 test ESMTP\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if let Some(from) = line.strip_prefix("MAIL FROM:<") {
            let (from, _) = from.split_once('>').unwrap_or((from, ""));
            senders.lock().unwrap().push(from.to_owned());
        }
        let verb = line.split([' ', ':', '\r']).next().unwrap_or_default();
        let answer: &[u8] = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => b"250-test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "MAIL" if does == Does::WantsAnAccount => b"530 5.7.0 authentication required\r\n",
            "MAIL" | "NOOP" | "RSET" => b"250 ok\r\n",
            "RCPT" if does == Does::Greylists => b"451 4.7.1 come again\r\n",
            "RCPT" if does == Does::Refuses => b"550 5.1.1 <jo@example.org> no such user\r\n",
            "RCPT" if does == Does::RefusesOne && line.contains("gone@") => {
                b"550 5.1.1 no such user\r\n"
            }
            "RCPT" => b"250 ok\r\n",
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut letter = Vec::new();
                loop {
                    let mut line = Vec::new();
                    if stream.read_until(b'\n', &mut line).await? == 0 {
                        return Ok(());
                    }
                    if line == b".\r\n" {
                        break;
                    }
                    letter.extend_from_slice(&line);
                }
                if does == Does::TakesItsTime {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                taken.lock().unwrap().push(letter);
                if does == Does::DropsAfterAccepting {
                    return Ok(());
                }
                b"250 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"500 what?\r\n",
        };
        stream.write_all(answer).await?;
    }
}
