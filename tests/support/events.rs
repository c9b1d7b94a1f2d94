//! A reader of server-sent events, as the HTML Standard tells browsers to read them ("Interpreting an event stream").

use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

/// How long a test waits for what must come: a bound for a busy machine, not a promise of the service.
const PATIENCE: Duration = Duration::from_secs(10);

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its type.
    pub name: String,
    /// The last id that the stream has given.
    pub id: String,
    /// Its data.
    pub data: String,
    /// What the stream has said about coming back, in milliseconds.
    pub retry: Option<u64>,
}

impl Event {
    /// Its data as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

/// A stream that is read.
pub struct Events {
    response: reqwest::Response,
    held: Vec<u8>,
    next: Event,
}

impl Events {
    /// The stream that an answer is.
    pub fn of(response: reqwest::Response) -> Self {
        let kind = &response.headers()["content-type"];
        assert_eq!(kind, "text/event-stream");
        Self {
            response,
            held: Vec::new(),
            next: Event::default(),
        }
    }

    /// The next event; none at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        timeout(PATIENCE, self.read())
            .await
            .expect("nothing came on the stream")
    }

    /// The next state, whatever the time is said to be in between.
    pub async fn state(&mut self) -> Event {
        loop {
            let event = self.next().await.expect("a stream that goes on");
            if event.name == "state" {
                return event;
            }
            assert_eq!(event.name, "time");
        }
    }

    /// The html of the next state.
    pub async fn html(&mut self) -> String {
        self.state().await.json()["html"]
            .as_str()
            .expect("html")
            .to_owned()
    }

    /// Waits for the end of the stream; what came before it.
    pub async fn rest(&mut self) -> Vec<Event> {
        let mut rest = Vec::new();
        while let Some(event) = self.next().await {
            rest.push(event);
        }
        rest
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            while let Some(line) = self.line() {
                if let Some(event) = self.take(&line) {
                    return Some(event);
                }
            }
            match self.response.chunk().await {
                Ok(Some(chunk)) => self.held.extend_from_slice(&chunk),
                // an event that was not finished is thrown away, as a browser does
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// The next whole line. A carriage return at the very end may be half of a line's end, so it waits.
    fn line(&mut self) -> Option<String> {
        let at = self
            .held
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))?;
        let both = match (self.held[at], self.held.get(at + 1)) {
            (b'\r', None) => return None,
            (b'\r', Some(b'\n')) => 2,
            _ => 1,
        };
        let line = String::from_utf8(self.held[..at].to_vec()).expect("UTF-8");
        self.held.drain(..at + both);
        Some(line)
    }

    fn take(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let id = self.next.id.clone();
            let retry = self.next.retry;
            let mut event = std::mem::replace(
                &mut self.next,
                Event {
                    id,
                    retry,
                    ..Event::default()
                },
            );
            if event.data.is_empty() {
                return None;
            }
            event.data.pop();
            return Some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.next.name = value.to_owned(),
            "data" => {
                self.next.data.push_str(value);
                self.next.data.push('\n');
            }
            "id" => self.next.id = value.to_owned(),
            "retry" => self.next.retry = value.parse().ok(),
            "" => {}
            other => panic!("no field of a stream: {other}"),
        }
        None
    }
}
