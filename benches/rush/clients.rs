//! Those who send by the API: each on a connection of its own, each request from another address and another person.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::LocalSet,
    time::sleep_until,
};

use super::{
    corpus::{self, Corpus},
    server::Program,
};

/// How long each answer took, in milliseconds, sorted.
#[derive(Default)]
pub struct Latencies {
    all: Vec<f64>,
    /// How many questions were accepted.
    pub accepted: usize,
}

impl Latencies {
    /// The latency below which this part of the answers came.
    pub fn at(&self, part: f64) -> f64 {
        let last = self.all.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a part of a length"
        )]
        let place = (last as f64 * part).round() as usize;
        self.all.get(place).copied().unwrap_or_default()
    }

    /// How many were sent.
    pub fn sent(&self) -> usize {
        self.all.len()
    }
}

/// The rush to one meeting.
pub struct Rush<'a> {
    address: SocketAddr,
    corpus: &'a Corpus,
    clients: usize,
    stored: usize,
}

impl<'a> Rush<'a> {
    /// So many clients of a program.
    pub fn new(program: &Program, corpus: &'a Corpus, clients: usize) -> Self {
        Self {
            address: program.address,
            corpus,
            clients,
            stored: corpus.at_meeting,
        }
    }

    /// Sends until the meeting has so many.
    ///
    /// # Errors
    /// Where a request is answered otherwise than it should be.
    pub async fn fill_to(&mut self, stored: usize) -> anyhow::Result<()> {
        let missing = stored.saturating_sub(self.stored);
        if missing > 0 {
            self.closed(missing).await?;
        }
        Ok(())
    }

    /// Sends so many questions as fast as they are answered.
    ///
    /// # Errors
    /// Where a request fails, or many are not accepted.
    pub async fn closed(&mut self, questions: usize) -> anyhow::Result<Latencies> {
        self.send(questions, None).await
    }

    /// Sends so many questions a second, whether or not they are answered. A latency counts from when it should have been sent.
    ///
    /// # Errors
    /// Where a request fails, or many are not accepted.
    pub async fn open(&mut self, a_second: f64, time: Duration) -> anyhow::Result<Latencies> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small number"
        )]
        let questions = (a_second * time.as_secs_f64()) as usize;
        self.send(questions, Some(Duration::from_secs_f64(1.0 / a_second)))
            .await
    }

    async fn send(
        &mut self,
        questions: usize,
        pause: Option<Duration>,
    ) -> anyhow::Result<Latencies> {
        let begun = Instant::now();
        let next = Rc::new(Cell::new(0_u32));
        let measured = Rc::new(RefCell::new(Latencies::default()));
        let clients = LocalSet::new();
        let mut tasks = Vec::new();
        for _ in 0..self.clients.min(questions) {
            let (next, measured) = (Rc::clone(&next), Rc::clone(&measured));
            let (address, meeting) = (self.address, self.corpus.meeting.to_string());
            let people = Arc::clone(&self.corpus.people);
            tasks.push(clients.spawn_local(async move {
                let mut connection = Client::connect(address).await?;
                loop {
                    let number = next.get();
                    if number as usize >= questions {
                        return Ok::<_, anyhow::Error>(());
                    }
                    next.set(number + 1);
                    let due = match pause {
                        Some(pause) => begun + pause * number,
                        None => Instant::now(),
                    };
                    sleep_until(due.into()).await;
                    let person = people.fetch_add(1, Ordering::Relaxed);
                    let status = connection.submit(&meeting, person).await?;
                    let mut measured = measured.borrow_mut();
                    measured.all.push(1_000.0 * due.elapsed().as_secs_f64());
                    if status == 201 {
                        measured.accepted += 1;
                    }
                }
            }));
        }
        clients.await;
        for task in tasks {
            task.await??;
        }
        let mut measured = measured.take();
        measured.all.sort_by(f64::total_cmp);
        self.stored += measured.accepted;
        if measured.accepted * 10 < measured.sent() * 9 {
            bail!(
                "only {} of {} were accepted",
                measured.accepted,
                measured.sent()
            );
        }
        Ok(measured)
    }
}

/// One client's connection.
struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: vec![0; 64 * 1024],
        })
    }

    /// Sends somebody's question; the status of the answer.
    async fn submit(&mut self, meeting: &str, person: usize) -> anyhow::Result<u16> {
        let body = json!({
            "meeting": meeting,
            "matter": "Street lighting",
            "question": corpus::question(person),
            "questioner": {
                "name": corpus::name(person),
                "address": "1 Example Street\nWidnes",
                "postcode": "WA8 7QF",
                "email": format!("resident.{person}@example.org"),
                "resident": true,
                "publish_name": true,
            },
        })
        .to_string();
        let request = format!(
            "POST /api/v1/questions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             X-Forwarded-For: 10.{}.{}.{}\r\nContent-Length: {}\r\n\r\n{body}",
            (person >> 16) & 255,
            (person >> 8) & 255,
            person & 255,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.answer[filled..]).await?;
            if read == 0 {
                bail!("the connection was closed");
            }
            filled += read;
            let text = String::from_utf8_lossy(&self.answer[..filled]);
            let Some((head, rest)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length: usize = head
                .lines()
                .find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length")
                        .then(|| value.trim().parse().ok())?
                })
                .context("no length")?;
            if rest.len() < length {
                continue;
            }
            let status = head
                .split(' ')
                .nth(1)
                .and_then(|status| status.parse().ok());
            return status.context("no status");
        }
    }
}
