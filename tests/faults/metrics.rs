//! What monitoring asks: at an address of its own, without a word of anybody's, and never more series for what strangers send.

use std::collections::BTreeSet;

use crate::databases::Database;
use crate::kill::{notice, open_meeting};
use crate::process::{Process, free_port, program, run};

fn value(metrics: &str, series: &str) -> f64 {
    let line = metrics
        .lines()
        .find(|line| line.starts_with(series))
        .unwrap_or_else(|| panic!("no {series}:\n{metrics}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

async fn watched(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let port = free_port();
    let url = database.url_text();
    let mut process = Process::start_at(
        &url,
        folder.path(),
        &[("PQT__METRICS__BIND", &format!("127.0.0.1:{port}"))],
    );
    process.ready(&client).await;
    let get = |address: String| {
        let request = client.get(address);
        async move { request.send().await.unwrap() }
    };
    let scrape = || async {
        get(format!("http://127.0.0.1:{port}/metrics"))
            .await
            .text()
            .await
            .unwrap()
    };
    let meeting = open_meeting(&client, &process.address).await;
    let post = |body: serde_json::Value| {
        client
            .post(format!("{}/api/v1/questions", process.address))
            .json(&body)
            .send()
    };
    let before = value(&scrape().await, "question_time_questions_undecided");
    assert_eq!(post(notice(&meeting, 1)).await.unwrap().status(), 201);
    // the second of one person is refused by rule
    let mut second = notice(&meeting, 1);
    second["question"] = "When will the other lamp in Example Street be mended?".into();
    assert_eq!(post(second).await.unwrap().status(), 422);
    if url.starts_with("sqlite") {
        let copy = folder.path().join("copy.sqlite3");
        let (done, said) = run(program(&url, folder.path()).arg("backup").arg(copy));
        assert!(done, "{said}");
    }
    let metrics = scrape().await;
    assert!(metrics.trim_end().ends_with("# EOF"), "{metrics}");
    for (series, expected) in [
        ("question_time_submissions_total{outcome=\"admitted\"}", 1.0),
        ("question_time_submissions_total{outcome=\"refused\"}", 1.0),
        ("question_time_questions_undecided", before + 1.0),
        ("question_time_database_up", 1.0),
        ("question_time_letters{state=\"failed\"}", 0.0),
        ("question_time_streams", 0.0),
    ] {
        assert_eq!(value(&metrics, series), expected, "{series}\n{metrics}");
    }
    assert!(metrics.contains(
        "question_time_http_requests_total{class=\"api\",route=\"/api/v1/questions\",method=\"POST\",status=\"201\"} 1"
    ), "{metrics}");
    for series in [
        "question_time_oldest_letter_age_seconds",
        "question_time_responses_overdue",
        "question_time_meetings_unclosed",
        "question_time_database_bytes",
        "question_time_retention_last_run_timestamp_seconds",
        "question_time_build_info",
        "question_time_http_request_duration_seconds_bucket",
    ] {
        value(&metrics, series);
    }
    assert!(value(&metrics, "question_time_clock_offset_seconds").abs() < 1.0);
    if url.starts_with("sqlite") {
        assert!(value(&metrics, "question_time_write_ahead_log_bytes") > 0.0);
        assert!(value(&metrics, "question_time_disk_free_bytes") > 0.0);
        assert!(value(&metrics, "question_time_backup_last_timestamp_seconds") > 1e9);
    }

    // strangers make no series
    let series = |metrics: &str| -> BTreeSet<String> {
        let lines = metrics.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()))
            .collect()
    };
    get(format!("{}/nothing/zqa", process.address)).await;
    get(format!("{}/question/zqa", process.address)).await;
    let once = series(&scrape().await);
    for number in 0..50 {
        get(format!("{}/nothing/zq{number}", process.address)).await;
        get(format!("{}/question/zq{number}", process.address)).await;
        let method = reqwest::Method::from_bytes(format!("ZQ{number}").as_bytes()).unwrap();
        let strange = client.request(method, format!("{}/", process.address));
        strange.send().await.unwrap();
    }
    let metrics = scrape().await;
    let more: Vec<_> = series(&metrics).difference(&once).cloned().collect();
    assert!(
        more.iter()
            .all(|series| series.contains("method=\"other\"") || series.contains("route=\"/\"")),
        "{more:?}"
    );
    for words in [
        "zq",
        "ZQ",
        "Sample Resident",
        "Example Street",
        "example.org",
    ] {
        assert!(!metrics.contains(words), "{words}");
    }
    // not at the public address, and nothing else at this one
    let public = get(format!("{}/metrics", process.address)).await;
    assert_eq!(public.status(), 404);
    let other = get(format!("http://127.0.0.1:{port}/staff")).await;
    assert_eq!(other.status(), 404);
    let ready = get(format!("{}/health/ready", process.address)).await;
    let ready: serde_json::Value = ready.json().await.unwrap();
    assert!(
        ready["clock_offset_milliseconds"].as_i64().unwrap().abs() < 1000,
        "{ready}"
    );
    process.kill();
}

#[tokio::test]
async fn an_operator_sees_how_the_service_stands_and_nobodys_words() {
    watched(Database::sqlite()).await;
    if let Some(database) = Database::postgres() {
        watched(database).await;
    }
}
