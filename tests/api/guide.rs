//! The examples of `docs/API.md`, run as they stand there.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::client::Council;

/// A command of the guide, with the status that the comment above it promises.
struct Example {
    status: u16,
    words: Vec<String>,
}

/// The words of a shell command, with its quotes and variables: as much of a shell as the guide uses.
fn words(command: &str, variables: &BTreeMap<&str, String>) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut inside = false;
    let mut rest = command.chars().peekable();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (None, '\'' | '"') => {
                quote = Some(c);
                inside = true;
            }
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '$') => {
                let mut name = String::new();
                while let Some(letter) = rest.next_if(char::is_ascii_uppercase) {
                    name.push(letter);
                }
                word.push_str(&variables[name.as_str()]);
                inside = true;
            }
            (None, c) if c.is_whitespace() => {
                if inside || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                inside = false;
            }
            (_, c) => word.push(c),
        }
    }
    if inside || !word.is_empty() {
        words.push(word);
    }
    words
}

fn examples(guide: &str, variables: &BTreeMap<&str, String>) -> Vec<Example> {
    let mut found = Vec::new();
    for block in guide.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let mut status = 0;
        let mut command = String::new();
        let mut finish = |status: u16, command: &mut String| {
            if command.starts_with("curl ") {
                assert_ne!(status, 0, "no status above {command}");
                let words = words(&command.replace("\\\n", " "), variables);
                found.push(Example { status, words });
            }
            command.clear();
        };
        for line in block.lines() {
            match line.strip_prefix("# ") {
                Some(comment) => {
                    finish(status, &mut command);
                    status = comment[..3].parse().unwrap();
                }
                None => {
                    command.push_str(line);
                    command.push('\n');
                }
            }
        }
        finish(status, &mut command);
    }
    found
}

#[tokio::test]
async fn the_examples_of_the_guide_are_answered_as_it_says() {
    let council = Council::open().await;
    let guide = include_str!("../../docs/API.md");
    // a question that came before, for the officer, and one of its own for the questioner
    let waiting = council.received(1).await;
    let listed = council.listed(&waiting["reference"]).await;
    let own = council.received(2).await;
    let token = own["self"].as_str().unwrap().rsplit('/').next().unwrap();
    council.app.letters().await;
    let sent = council.officer.get("/letters?state=sent").await.expect(200);
    let letter = sent["items"][0]["id"].as_str().unwrap().to_owned();
    let variables = BTreeMap::from([
        ("API", format!("{}/api/v1", council.app.address)),
        ("MEETING", council.meeting.clone()),
        ("QUESTION", listed["id"].as_str().unwrap().to_owned()),
        ("TOKEN", token.to_owned()),
        ("LETTER", letter),
        ("STAFF", council.officer.token().to_owned()),
        ("DISPLAY", council.display.token().to_owned()),
    ]);
    let examples = examples(guide, &variables);
    assert!(examples.len() > 15, "{}", examples.len());
    for example in examples {
        let mut method = "GET".to_owned();
        let mut url = String::new();
        let mut headers = Vec::new();
        let mut body = None;
        let mut streams = false;
        let mut rest = example.words.into_iter().skip(1);
        while let Some(word) = rest.next() {
            match word.as_str() {
                "-X" => method = rest.next().unwrap(),
                "-H" => headers.push(rest.next().unwrap()),
                "-d" => body = rest.next(),
                "-N" => streams = true,
                _ => url = word,
            }
        }
        let mut request = reqwest::Client::new().request(method.parse().unwrap(), &url);
        for header in &headers {
            let (name, value) = header.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        if let Some(body) = body {
            serde_json::from_str::<Value>(&body).unwrap_or_else(|e| panic!("{e}: {body}"));
            request = request.body(body);
        }
        let mut answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = if streams {
            format!("{:?}", answer.chunk().await.unwrap())
        } else {
            answer.text().await.unwrap()
        };
        assert_eq!(status, example.status, "{method} {url}: {text}");
    }
}
