//! Whoever asks: connections that are kept open, each with one request on its way, on one thread so that they take as little as possible
//! of the processors that the server is measured on.

use std::{
    cell::RefCell,
    net::SocketAddr,
    rc::Rc,
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use public_question_time::domain::id::MeetingId;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::LocalSet,
};

use crate::server::send;

/// How long a connection waits for an answer at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// From how many addresses people ask.
const ADDRESSES: usize = 10_000;

/// The first of them: all are as long.
const FIRST_ADDRESS: &str = "10.100.100.100";

/// A page and how it is asked for.
pub struct Target {
    /// What it is called in the table.
    pub name: String,
    address: SocketAddr,
    path: String,
    headers: Vec<String>,
    not_changed: bool,
}

impl Target {
    /// A page.
    pub fn new(name: &str, address: SocketAddr, path: &str) -> Self {
        Self {
            name: name.to_owned(),
            address,
            path: path.to_owned(),
            headers: Vec::new(),
            not_changed: false,
        }
    }

    /// The page, asked for with a header.
    pub fn with(mut self, header: &str) -> Self {
        self.headers.push(header.to_owned());
        self
    }

    /// The page, asked for by a browser that has it.
    pub fn not_changed(mut self) -> Self {
        self.not_changed = true;
        self
    }

    /// The request, which begins with the address that it comes from.
    fn request(&self) -> String {
        let mut request = format!(
            "GET {} HTTP/1.1\r\nX-Forwarded-For: {FIRST_ADDRESS}\r\nHost: {}\r\n",
            self.path, self.address,
        );
        for header in &self.headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        request
    }
}

/// What came of a load.
pub struct Figures {
    /// Requests answered a second.
    pub per_second: f64,
    /// The size of an answer's body.
    pub body: usize,
    /// How long each took, in microseconds, the shortest first.
    took: Vec<u32>,
}

impl Figures {
    fn new(mut took: Vec<u32>, time: Duration, body: usize) -> Self {
        took.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
        let count = took.len() as f64;
        Self {
            per_second: count / time.as_secs_f64(),
            body,
            took,
        }
    }

    /// How long a request took at most, in milliseconds, of this part of them.
    pub fn at(&self, part: f64) -> f64 {
        let last = self.took.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a part of a length"
        )]
        let place = (last as f64 * part).round() as usize;
        f64::from(self.took.get(place).copied().unwrap_or_default()) / 1000.0
    }
}

/// Asks for a page over so many connections for so long.
///
/// # Errors
/// Where an answer is not the one that is expected.
pub fn ask(target: &Target, connections: usize, time: Duration) -> anyhow::Result<Figures> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, async {
        let expected = if target.not_changed { 304 } else { 200 };
        let held = if target.not_changed {
            let mut first = Connection::open(target.address).await?;
            let request = format!("{}\r\n", target.request());
            let answer = first.ask(request.as_bytes()).await?;
            let tag = answer.etag.context("an answer without an ETag")?;
            format!("If-None-Match: {tag}\r\n")
        } else {
            String::new()
        };
        let took = Rc::new(RefCell::new(Vec::with_capacity(1 << 20)));
        let until = Instant::now() + time;
        let tasks: Vec<_> = (0..connections)
            .map(|number| {
                let request = format!("{}{held}\r\n", target.request());
                let place = request.find(FIRST_ADDRESS).unwrap_or_default();
                let (took, address) = (took.clone(), target.address);
                tokio::task::spawn_local(async move {
                    let mut connection = Connection::open(address).await?;
                    let mut request = request.into_bytes();
                    let mut body = 0;
                    for turn in number.. {
                        // thousands of people, as each address may ask only so often
                        let from = turn * 61 % ADDRESSES;
                        let from = format!("10.100.{}.{}", 100 + from / 100, 100 + from % 100);
                        request[place..place + from.len()].copy_from_slice(from.as_bytes());
                        let began = Instant::now();
                        if began >= until {
                            break;
                        }
                        let answer =
                            tokio::time::timeout(PATIENCE, connection.ask(&request)).await??;
                        if answer.status != expected {
                            bail!("answered {} and not {expected}", answer.status);
                        }
                        body = answer.body;
                        let micros = u32::try_from(began.elapsed().as_micros());
                        took.borrow_mut().push(micros.unwrap_or(u32::MAX));
                    }
                    Ok::<_, anyhow::Error>(body)
                })
            })
            .collect();
        let mut body = 0;
        for task in tasks {
            body = task
                .await?
                .with_context(|| format!("{} ({})", target.name, target.path))?;
        }
        let took = took.take();
        Ok(Figures::new(took, time, body))
    })
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

struct Answered {
    status: u16,
    body: usize,
    etag: Option<String>,
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; 1 << 20],
        })
    }

    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answered> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let mut head: Option<(usize, usize)> = None;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                bail!("the server closed the connection");
            }
            filled += read;
            if head.is_none() {
                head = self.buffer[..filled]
                    .windows(4)
                    .position(|window| window == b"\r\n\r\n")
                    .map(|end| (end, length(&self.buffer[..end])));
            }
            if let Some((end, length)) = head
                && filled >= end + 4 + length
            {
                return Ok(Answered {
                    status: std::str::from_utf8(&self.buffer[9..12])?.parse()?,
                    body: length,
                    etag: field(&self.buffer[..end], b"etag: ")
                        .map(|tag| String::from_utf8_lossy(tag).into_owned()),
                });
            }
        }
    }
}

fn field<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (given, value) = line.split_at_checked(name.len())?;
        given.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn length(head: &[u8]) -> usize {
    field(head, b"content-length: ")
        .and_then(|value| std::str::from_utf8(value).ok()?.trim().parse().ok())
        .unwrap_or(0)
}

/// Sends questions to a meeting, so many a second at most, each from another person and address, until it is told to stop.
///
/// # Errors
/// Where one is not taken.
pub fn send_questions(
    address: SocketAddr,
    meeting: MeetingId,
    rate: u32,
    stop: &AtomicBool,
) -> anyhow::Result<Figures> {
    let began = Instant::now();
    let mut took = Vec::new();
    for number in 0_u32.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let due = began + Duration::from_secs(1) * number / rate.max(1);
        sleep(due.saturating_duration_since(Instant::now()));
        let body = json!({
            "meeting": meeting,
            "matter": "Street lighting",
            "question": format!("When will lamp {number} in Another Street be mended?"),
            "questioner": {
                "name": format!("Another Resident {number}"),
                "address": "1 Example Street\nWidnes",
                "postcode": "WA8 7QF",
                "email": format!("another.{number}@example.org"),
                "resident": true,
                "publish_name": true,
            },
        });
        let from = format!("10.9.{}.{}", number / 250 % 250, number % 250);
        let headers = [
            ("Content-Type", "application/json"),
            ("X-Forwarded-For", from.as_str()),
        ];
        let sent = Instant::now();
        let answer = send(
            address,
            "POST",
            "/api/v1/questions",
            &headers,
            &body.to_string(),
        )?;
        if answer.status != 201 {
            bail!("a question was answered {}: {}", answer.status, answer.body);
        }
        took.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(Figures::new(took, began.elapsed(), 0))
}
