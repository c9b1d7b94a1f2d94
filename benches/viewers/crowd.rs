//! Viewers: as little of a browser as reads a stream of events and comes back when it ends. All of them run on one thread, so that
//! they take as little as possible of the processors that the server is measured on.

use std::{
    cell::{Cell, RefCell},
    io, mem,
    net::{Ipv4Addr, SocketAddr},
    ops::ControlFlow,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::bail;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    sync::Notify,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// How many come from one address, well under what `live.streams_per_address` allows and what one address has ports for.
const FROM_ONE_ADDRESS: usize = 1000;

/// How a browser that lost its stream waits, as `assets/js/stream.js` does.
const SOONEST: Duration = Duration::from_millis(250);
const LATEST: Duration = Duration::from_millis(1500);

thread_local! {
    /// What was read last. One for all, since they take turns.
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; 64 * 1024]);
}

/// What the viewers have seen.
#[derive(Default)]
struct Seen {
    /// How many have the state of a stream that is open.
    present: Cell<usize>,
    /// How many streams ended.
    lost: Cell<usize>,
    /// How many messages that were not a state came.
    beats: Cell<usize>,
    /// The size of the last state.
    size: Cell<usize>,
    /// The revision that is waited for.
    awaited: Cell<i64>,
    /// When each viewer had it.
    arrivals: RefCell<Vec<Instant>>,
    changed: Notify,
}

/// Viewers of one stream.
pub struct Crowd {
    seen: Rc<Seen>,
    viewers: Vec<JoinHandle<()>>,
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for viewer in &self.viewers {
            viewer.abort();
        }
    }
}

impl Crowd {
    /// Sends for them all at once.
    pub fn gather(count: usize, to: SocketAddr, path: &str) -> Self {
        let seen = Rc::new(Seen::default());
        let viewers = (0..count)
            .map(|number| {
                let request: Rc<str> = request(to, path).into();
                let viewer = Viewer {
                    from: address(number),
                    to,
                    request,
                    seen: Rc::clone(&seen),
                };
                tokio::task::spawn_local(viewer.watch())
            })
            .collect();
        Self { seen, viewers }
    }

    /// How many messages came that were not a state.
    pub fn beats(&self) -> usize {
        self.seen.beats.get()
    }

    /// The size of the last state, in bytes.
    pub fn size(&self) -> usize {
        self.seen.size.get()
    }

    /// How many streams have ended.
    pub fn lost(&self) -> usize {
        self.seen.lost.get()
    }

    /// Waits until every one has the present state; says how long that took.
    ///
    /// # Errors
    /// Where that is not so after a minute.
    pub async fn all_present(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let all = async {
            while self.seen.present.get() < self.viewers.len() {
                self.seen.changed.notified().await;
            }
        };
        if timeout(Duration::from_secs(60), all).await.is_err() {
            bail!(
                "{} of {} viewers have a state after a minute",
                self.seen.present.get(),
                self.viewers.len()
            );
        }
        Ok(began.elapsed())
    }

    /// From now on, who sees this revision is counted.
    pub fn awaits(&self, revision: i64) {
        self.seen.arrivals.borrow_mut().clear();
        self.seen.awaited.set(revision);
    }

    /// When each viewer saw the revision that is awaited, the first first; it waits until all have.
    ///
    /// # Errors
    /// Where some have not after half a minute.
    pub async fn arrivals(&self) -> anyhow::Result<Vec<Instant>> {
        let all = async {
            while self.seen.arrivals.borrow().len() < self.viewers.len() {
                self.seen.changed.notified().await;
            }
        };
        if timeout(Duration::from_secs(30), all).await.is_err() {
            bail!(
                "revision {} reached {} of {} viewers in half a minute",
                self.seen.awaited.get(),
                self.seen.arrivals.borrow().len(),
                self.viewers.len()
            );
        }
        Ok(self.seen.arrivals.take())
    }
}

/// Connections that ask for a stream and never read it. They stay until they are dropped.
///
/// # Errors
/// Where they can't be opened.
pub async fn never_read(
    count: usize,
    to: SocketAddr,
    path: &str,
) -> anyhow::Result<Vec<TcpStream>> {
    let mut deaf = Vec::with_capacity(count);
    for number in 0..count {
        let socket = TcpSocket::new_v4()?;
        // the least that the system gives, so that what is sent soon stays with the server
        socket.set_recv_buffer_size(1)?;
        // from addresses of their own
        socket.bind(SocketAddr::from((address(200_000 + number), 0)))?;
        let mut stream = socket.connect(to).await?;
        stream.write_all(request(to, path).as_bytes()).await?;
        deaf.push(stream);
    }
    Ok(deaf)
}

fn request(to: SocketAddr, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {to}\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip, br\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
         Accept-Language: en-GB,en;q=0.5\r\nCache-Control: no-cache\r\nConnection: keep-alive\r\n\r\n"
    )
}

/// The loopback address that a viewer comes from: 127.1.0.0 and on.
fn address(number: usize) -> Ipv4Addr {
    let place = u32::try_from(number / FROM_ONE_ADDRESS).unwrap_or(0);
    Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 1).to_bits() + place)
}

struct Viewer {
    from: Ipv4Addr,
    to: SocketAddr,
    request: Rc<str>,
    seen: Rc<Seen>,
}

impl Viewer {
    async fn watch(self) {
        let mut losses = 0;
        loop {
            let mut latest = None;
            // a connection that is refused or breaks is one that is lost
            let _ = self.read(&mut latest).await;
            if latest.is_some() {
                losses = 0;
                self.seen.present.set(self.seen.present.get() - 1);
                self.seen.lost.set(self.seen.lost.get() + 1);
            }
            let wait = LATEST.min(SOONEST * 2_u32.pow(losses));
            losses = (losses + 1).min(8);
            sleep(wait.mul_f64(0.5 + rand::random::<f64>() / 2.0)).await;
        }
    }

    async fn read(&self, latest: &mut Option<i64>) -> io::Result<()> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((self.from, 0)))?;
        let mut stream = socket.connect(self.to).await?;
        stream.write_all(self.request.as_bytes()).await?;
        let mut answer = Chunks::default();
        loop {
            stream.readable().await?;
            let went = READ.with_borrow_mut(|read| match stream.try_read(read) {
                Ok(0) => Ok(ControlFlow::Break(())),
                Ok(count) => answer.take(&read[..count], |chunk| self.hear(chunk, latest)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    Ok(ControlFlow::Continue(()))
                }
                Err(error) => Err(error),
            })?;
            if went.is_break() {
                return Ok(());
            }
        }
    }

    fn hear(&self, chunk: &[u8], latest: &mut Option<i64>) {
        let seen = &self.seen;
        let Some(revision) = revision(chunk) else {
            seen.beats.set(seen.beats.get() + 1);
            return;
        };
        seen.size.set(chunk.len());
        let before = latest.replace(revision);
        if before.is_none() {
            seen.present.set(seen.present.get() + 1);
        }
        let awaited = seen.awaited.get();
        if revision >= awaited && before.is_some_and(|before| before < awaited) {
            seen.arrivals.borrow_mut().push(Instant::now());
        }
        seen.changed.notify_one();
    }
}

/// The id of the first event with an id.
fn revision(chunk: &[u8]) -> Option<i64> {
    let mut lines = chunk.split(|byte| *byte == b'\n').take(8);
    let id = lines.find_map(|line| line.strip_prefix(b"id: "))?;
    std::str::from_utf8(id).ok()?.parse().ok()
}

/// An answer in chunks (RFC 9112, 7.1), of which each is an event or several.
#[derive(Default)]
struct Chunks {
    begun: bool,
    rest: Vec<u8>,
}

impl Chunks {
    fn take(&mut self, bytes: &[u8], mut hear: impl FnMut(&[u8])) -> io::Result<ControlFlow<()>> {
        let mut held = mem::take(&mut self.rest);
        let all = if held.is_empty() {
            bytes
        } else {
            held.extend_from_slice(bytes);
            &held
        };
        let mut at = 0;
        if !self.begun {
            match all.windows(4).position(|four| four == b"\r\n\r\n") {
                Some(end) if all.starts_with(b"HTTP/1.1 200 ") => at = end + 4,
                Some(_) => return Err(io::Error::other("not answered as asked")),
                None => {
                    self.rest = all.to_vec();
                    return Ok(ControlFlow::Continue(()));
                }
            }
            self.begun = true;
        }
        while let Some((begins, size)) = size(&all[at..])? {
            let (begins, ends) = (at + begins, at + begins + size);
            if all.len() < ends + 2 {
                break;
            }
            if size == 0 {
                return Ok(ControlFlow::Break(()));
            }
            hear(&all[begins..ends]);
            at = ends + 2;
        }
        self.rest = all[at..].to_vec();
        Ok(ControlFlow::Continue(()))
    }
}

/// Where a chunk begins and how long it is; none where its first line has not come yet.
fn size(bytes: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let Some(end) = bytes.iter().take(18).position(|byte| *byte == b'\n') else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes[..end]).map_err(io::Error::other)?;
    let size = usize::from_str_radix(text.trim_end(), 16).map_err(io::Error::other)?;
    Ok(Some((end + 1, size)))
}
