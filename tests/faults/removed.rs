//! After the whole schedule a person is in no table, index, outbox, write-ahead log or log file.

use std::fs;
use std::process::Stdio;

use chrono::TimeDelta;
use public_question_time::mail::MemoryPostman;
use public_question_time::service::actor::Acting;
use public_question_time::service::deliver_outbox::deliver_once;
use public_question_time::service::submit_question::submit;
use public_question_time::service::{remove_personal_details, your_question};

use crate::backup::in_files;
use crate::databases::Database;
use crate::kill::open_meeting;
use crate::process::{Process, program, run};
use crate::service::{desk, submission};

/// Words that stand in every field of a question and nowhere else.
const MARKS: [&str; 8] = [
    "zqname",
    "zqstreet",
    "zqmail",
    "01519998887",
    "zqneeds",
    "zqmatter",
    "zqtext",
    "WA8 9ZQ",
];

#[tokio::test]
async fn a_person_is_in_no_file_of_the_database_after_the_schedule() {
    let database = Database::sqlite();
    let desk = desk(&database);
    let mut sent = submission(&desk, 1);
    sent.typed.matter.matter = "Lighting zqmatter".to_owned();
    sent.typed.text.question = "When will the zqtext lamp be mended?".to_owned();
    let person = &mut sent.typed.questioner;
    person.name = "Sample Zqname".to_owned();
    person.address = "1 Zqstreet\nWidnes".to_owned();
    person.postcode = "WA8 9ZQ".to_owned();
    person.email = "zqmail@example.org".to_owned();
    person.telephone = "0151 999 8887".to_owned();
    person.needs = "A chair, zqneeds".to_owned();
    let asked = submit(&desk.service, &Acting::questioner(None), &sent).unwrap();
    let postman = MemoryPostman::new(&desk.service.settings);
    deliver_once(&desk.service, &postman, "test", 50)
        .await
        .unwrap();
    your_question::withdraw_for(&desk.service, &desk.officer, asked.question.id, 1).unwrap();
    deliver_once(&desk.service, &postman, "test", 50)
        .await
        .unwrap();
    let folder = database.file().unwrap().parent().unwrap().to_owned();
    let found = |mark: &str| {
        let capital = format!("{}{}", mark[..1].to_uppercase(), &mark[1..]);
        in_files(&folder, mark).len() + in_files(&folder, &capital).len()
    };
    for mark in MARKS {
        let mark = if mark == "01519998887" {
            "0151 999 8887"
        } else {
            mark
        };
        assert!(
            found(mark) > 0,
            "{mark} was never there: the check sees nothing"
        );
    }
    desk.clock.advance(TimeDelta::days(500));
    remove_personal_details::remove_what_is_due(&desk.service).unwrap();
    for mark in MARKS {
        assert_eq!(found(mark), 0, "{mark}");
        assert_eq!(found("0151 999 8887"), 0);
    }
}

#[tokio::test]
async fn a_person_is_in_no_log_at_its_most_talkative_and_in_no_file_once_erased() {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let client = reqwest::Client::new();
    let url = database.url_text();
    let mut command = program(&url, folder.path());
    command
        .env("PQT__LOG__FILTER", "debug")
        .stderr(Stdio::from(fs::File::create(&log).unwrap()));
    let mut process = Process::start_as(command, &[]);
    process.ready(&client).await;
    let meeting = open_meeting(&client, &process.address).await;
    let mut notice = crate::kill::notice(&meeting, 1);
    notice["matter"] = "Lighting zqmatter".into();
    notice["question"] = "When will the zqtext lamp be mended?".into();
    notice["questioner"]["name"] = "Sample zqname".into();
    notice["questioner"]["address"] = "1 zqstreet\nWidnes".into();
    notice["questioner"]["email"] = "zqmail@example.org".into();
    let post = |body: &serde_json::Value| {
        client
            .post(format!("{}/api/v1/questions", process.address))
            .json(body)
            .send()
    };
    let answer: serde_json::Value = post(&notice).await.unwrap().json().await.unwrap();
    let reference = answer["reference"].as_str().unwrap().to_owned();
    let own = answer["self"].as_str().unwrap();
    let path = own[own.find("/api/").unwrap()..].to_owned();
    let token = path.rsplit('/').next().unwrap().to_owned();
    // refused, wrong and unreadable, which say more in a log than what went well
    assert_eq!(post(&notice).await.unwrap().status(), 422);
    notice["questioner"]["postcode"] = "zqpostcode".into();
    assert_eq!(post(&notice).await.unwrap().status(), 422);
    let answer = client
        .post(format!("{}{path}/withdraw", process.address))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success());
    // the second question was kept as refused
    let reason = ["--reason", "Asked for"];
    let (done, said) = run(program(&url, folder.path())
        .args(["erase", &reference])
        .args(reason));
    assert!(done, "{said}");
    process.terminate();
    let logged = fs::read_to_string(&log).unwrap();
    assert!(logged.contains("DEBUG"), "the log is on");
    for mark in [
        "zqname",
        "zqstreet",
        "zqmail",
        "zqmatter",
        "zqtext",
        "zqpostcode",
        &token,
    ] {
        assert!(!logged.contains(mark), "{mark} is in the log");
    }
}
