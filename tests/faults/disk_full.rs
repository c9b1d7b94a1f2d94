//! A disk that is full, through the pages: nothing is stored, nothing that was typed is lost, reads go on, and space mends it.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use crate::app::Browser;
use crate::kill::open_meeting;
use crate::process::{Process, run};

/// A small disk in memory, gone with this value; none where this account may not mount one.
struct SmallDisk(PathBuf, tempfile::TempDir);

impl SmallDisk {
    fn mount(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("disk");
        fs::create_dir(&place).unwrap();
        let size = format!("size={megabytes}m,mode=0700");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&place);
        if !run(&mut mount).0 {
            println!("skipped: this account may not mount a disk");
            return None;
        }
        Some(Self(place, folder))
    }

    /// Takes the last byte, and gives the file that does so.
    fn fill(&self) -> PathBuf {
        let file = self.0.join("filler");
        let mut filler = fs::File::create(&file).unwrap();
        for size in [65_536, 4096, 256, 1] {
            let part = vec![0_u8; size];
            while filler.write_all(&part).is_ok() {}
        }
        file
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = run(Command::new("umount").args(["-l"]).arg(&self.0));
        let _ = &self.1;
    }
}

#[tokio::test]
async fn a_full_disk_keeps_what_was_typed_and_mends_without_a_restart() {
    let Some(disk) = SmallDisk::mount(24) else {
        return;
    };
    let url = format!("sqlite://{}", disk.0.join("q.sqlite3").display());
    let folder = tempfile::tempdir().unwrap();
    let client = reqwest::Client::new();
    let mut process = Process::start_at(&url, folder.path(), &[]);
    process.ready(&client).await;
    let meeting = open_meeting(&client, &process.address).await;
    let browser = Browser::at(&process.address);
    let page = browser.open(&format!("/meetings/{meeting}")).await;
    let page = browser.go(&page, "Ask a question").await;
    let page = browser
        .press(&page, "Continue", &[("matter", "Street lighting")])
        .await;
    let page = browser.follow(page).await;

    let filler = disk.fill();
    let typed = "When will the lamp that zqtyped be mended?";
    let answer = browser
        .press(&page, "Continue", &[("question", typed)])
        .await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.body.contains("zqtyped"), "{}", answer.text());
    for path in ["/", "/meetings", "/questions"] {
        let read = browser.open(path).await;
        assert_eq!(read.status, 200, "{path}");
    }
    let program = client
        .post(format!("{}/api/v1/questions", process.address))
        .json(&crate::kill::notice(&meeting, 1))
        .send()
        .await
        .unwrap();
    assert_eq!(program.status(), 503);

    fs::remove_file(filler).unwrap();
    let answer = browser
        .press(&page, "Continue", &[("question", typed)])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let program = client
        .post(format!("{}/api/v1/questions", process.address))
        .json(&crate::kill::notice(&meeting, 1))
        .send()
        .await
        .unwrap();
    assert_eq!(program.status(), 201);
    process.kill();
}
