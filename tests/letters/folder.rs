//! Letters put into a folder.

use std::{fs, path::Path};

use mail_parser::MessageParser;
use public_question_time::{
    mail::transport::FolderPostman,
    service::deliver_outbox::{Postman, Undelivered},
    store::letters::LetterState,
};

use crate::support::{TownHall, outgoing, settings};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_letter_that_comes_again_takes_its_own_place() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("made/on/demand");
    let postman = FolderPostman::new(&settings(""), &folder);
    let letter = outgoing("Jo Sample", "jo@example.org");
    postman.deliver(&letter).await.unwrap();
    let first = names(&folder);
    assert_eq!(
        first,
        ["20240201T094107Z-acknowledgement-PQ-2024-7KX4-07070707.eml"]
    );
    let bytes = fs::read(folder.join(&first[0])).unwrap();
    // what a kill in the middle would leave behind is no letter, and the next attempt clears it away
    fs::write(folder.join(format!(".{}.part", first[0])), b"half a let").unwrap();
    postman.deliver(&letter).await.unwrap();
    assert_eq!(names(&folder), first);
    assert_eq!(fs::read(folder.join(&first[0])).unwrap(), bytes);
    let message = MessageParser::default().parse(&bytes).unwrap();
    assert!(message.subject().unwrap().contains("PQ-2024-7KX4"));
}

#[tokio::test]
async fn letters_of_one_moment_do_not_take_each_others_place() {
    let folder = tempfile::tempdir().unwrap();
    let postman = FolderPostman::new(&settings(""), folder.path());
    let hall = TownHall::new();
    let ids = [hall.reject("a@example.org"), hall.reject("b@example.org")];
    assert_eq!(hall.deliver_by(&postman).await.sent, 2);
    assert_eq!(names(folder.path()).len(), 2);
    assert!(ids.iter().all(|id| hall.state(*id) == LetterState::Sent));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_is_tried_again() {
    let place = tempfile::tempdir().unwrap();
    let in_the_way = place.path().join("mail");
    fs::write(&in_the_way, b"a file").unwrap();
    let postman = FolderPostman::new(&settings(""), &in_the_way);
    let letter = outgoing("Jo Sample", "jo@example.org");
    assert!(matches!(
        postman.deliver(&letter).await,
        Err(Undelivered::Temporary(_))
    ));
    fs::remove_file(&in_the_way).unwrap();
    postman.deliver(&letter).await.unwrap();
    assert_eq!(names(&in_the_way).len(), 1);
}
