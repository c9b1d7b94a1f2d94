//! The guide for two nodes in OPERATIONS.md, done: nginx in front, one PostgreSQL, a rolling restart, and a node lost in a meeting.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::databases::Database;
use crate::kill::{notice, open_meeting};
use crate::process::{Process, free_port, program, run};

fn document(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The lines of the guide from this one to the end of its block, without their indentation.
fn block(beginning: &str) -> String {
    let guide = document("docs/OPERATIONS.md");
    let lines = guide
        .lines()
        .skip_while(|line| line.trim() != beginning)
        .take_while(|line| line.starts_with("    "));
    let block: Vec<&str> = lines.map(|line| &line[4..]).collect();
    assert!(!block.is_empty(), "OPERATIONS.md has no {beginning}");
    block.join("\n")
}

/// The example for nginx as the guide has it changed for two nodes, on ports of the test's own, without TLS.
fn configuration(folder: &Path, port: u16, nodes: [u16; 2]) -> String {
    let example = document("docs/nginx/public-question-time.conf");
    let upstream = block("upstream question_time {")
        .replace("10.0.0.11:8080", &format!("127.0.0.1:{}", nodes[0]))
        .replace("10.0.0.12:8080", &format!("127.0.0.1:{}", nodes[1]));
    let begins = example.find("upstream question_time {").unwrap();
    let ends = begins + example[begins..].find("\n}").unwrap() + 2;
    let another = free_port();
    let example = format!("{}{upstream}{}", &example[..begins], &example[ends..]);
    let lines = example
        .lines()
        .filter(|line| !line.trim().starts_with("ssl_") && !line.contains("[::]"))
        .map(|line| match line.trim() {
            "listen 80;" => format!("listen 127.0.0.1:{another};"),
            line if line.starts_with("listen 443 ") => format!("listen 127.0.0.1:{port};"),
            line if line.starts_with("proxy_next_upstream off;") => {
                block("proxy_next_upstream error timeout http_503;")
            }
            _ => line.replace("/var/log/nginx", &folder.display().to_string()),
        });
    let lines: Vec<String> = lines.collect();
    let folder = folder.display();
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n\
         client_body_temp_path {folder}/body;\nproxy_temp_path {folder}/proxy;\nfastcgi_temp_path {folder}/f;\n\
         uwsgi_temp_path {folder}/u;\nscgi_temp_path {folder}/s;\n{}\n}}\n",
        lines.join("\n")
    )
}

struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn nginx() -> Option<&'static str> {
    let found = ["nginx", "/usr/sbin/nginx"]
        .into_iter()
        .find(|name| run(Command::new(name).arg("-v")).0);
    let required = std::env::var("PQT_REQUIRE_NGINX").is_ok_and(|v| v == "1");
    assert!(found.is_some() || !required, "nginx not found");
    if found.is_none() {
        println!("skipped: nginx is not installed");
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_behind_nginx_are_restarted_one_by_one_and_one_is_lost() {
    let (Some(nginx), Some(database)) = (nginx(), Database::postgres()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let ports = [free_port(), free_port()];
    let port = free_port();
    let outside = format!("http://127.0.0.1:{port}");
    let client = reqwest::Client::new();
    let node = |number: usize| {
        let own = folder.path().join(format!("node-{number}"));
        fs::create_dir_all(&own).unwrap();
        let program = program(&database.url_text(), &own);
        Process::start_on(
            ports[number],
            program,
            &[
                ("PQT__COUNCIL__PUBLIC_URL", &outside),
                ("PQT__SERVER__TRUSTED_PROXIES", "127.0.0.1"),
            ],
        )
    };
    let mut nodes = [Some(node(0)), None];
    nodes[0].as_mut().unwrap().ready(&client).await;
    nodes[1] = Some(node(1));
    nodes[1].as_mut().unwrap().ready(&client).await;

    let file = folder.path().join("nginx.conf");
    fs::write(&file, configuration(folder.path(), port, ports)).unwrap();
    let (right, said) = run(Command::new(nginx).arg("-t").arg("-c").arg(&file));
    assert!(right, "{said}");
    let _proxy = Nginx(
        Command::new(nginx)
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    for _ in 0..200 {
        if client.get(format!("{outside}/")).send().await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let meeting = open_meeting(&client, &outside).await;

    // people who send and look all the while, slower than the limit of the example
    let numbers = Arc::new(AtomicUsize::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let said: Arc<Mutex<Vec<(u16, String)>>> = Arc::default();
    let senders: Vec<_> = (0..2)
        .map(|_| {
            let (client, outside, meeting) = (client.clone(), outside.clone(), meeting.clone());
            let (numbers, stop, said) =
                (Arc::clone(&numbers), Arc::clone(&stop), Arc::clone(&said));
            tokio::spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    let number = numbers.fetch_add(1, Ordering::SeqCst);
                    let sent = client
                        .post(format!("{outside}/api/v1/questions"))
                        .json(&notice(&meeting, number))
                        .send()
                        .await
                        .unwrap();
                    let status = sent.status().as_u16();
                    let body = sent.text().await.unwrap();
                    said.lock().unwrap().push((status, body));
                    let seen = client
                        .get(format!("{outside}/meetings/{meeting}/live/state"))
                        .send()
                        .await
                        .unwrap();
                    let status = seen.status().as_u16();
                    said.lock().unwrap().push((status, "state".to_owned()));
                    tokio::time::sleep(Duration::from_millis(150)).await;
                }
            })
        })
        .collect();
    let failed = |said: &Mutex<Vec<(u16, String)>>| -> Vec<(u16, String)> {
        let mut said = said.lock().unwrap();
        let failed = said.iter().filter(|(status, _)| *status >= 300);
        let failed = failed.cloned().collect();
        said.clear();
        failed
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    for number in [0, 1] {
        let old = nodes[number].take().unwrap();
        let ended = tokio::task::spawn_blocking(move || old.terminate())
            .await
            .unwrap();
        assert!(ended.success());
        let mut new = node(number);
        new.ready(&client).await;
        nodes[number] = Some(new);
        // as the guide has it: nginx tries it again two seconds after it failed
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let answered = said.lock().unwrap().len();
    assert!(answered > 20, "{answered}");
    assert_eq!(failed(&said), [], "during the rolling restart");

    nodes[0].take().unwrap().kill();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let lost = failed(&said);
    println!(
        "{answered} answers in a rolling restart, none failed; {} failed when a node was lost",
        lost.len()
    );
    assert!(
        lost.len() <= 2 && lost.iter().all(|(status, _)| *status == 502),
        "only what that node was answering: {lost:?}"
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(failed(&said), [], "on the node that is left");
    stop.store(true, Ordering::SeqCst);
    for sender in senders {
        sender.await.unwrap();
    }
}
