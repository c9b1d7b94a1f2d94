//! The directory of postcodes (clause (i), reading 8): imported from a file, and what a resident then meets.

use std::{fs, path::PathBuf};

use public_question_time::{
    import::postcodes::{self, ImportError, Imported},
    service::actor::Acting,
    store::staff::Role,
};

use crate::{
    app::{Browser, Page},
    evening::{Evening, resident},
};

/// An invented directory in the manner of the Office for National Statistics.
const DIRECTORY: &str = "\
pcd7,pcd8,pcds,dointr,doterm,lad26cd
WA8 9ZA,WA8  9ZA,WA8 9ZA,198001,,E06000006
WA8 9ZB,WA8  9ZB,WA8 9ZB,198001,,E06000007
WA8 9ZD,WA8  9ZD,WA8 9ZD,198001,201506,E06000006
N1 9ZZ,N1   9ZZ,N1 9ZZ,198001,,E09000007
";

fn import(evening_of: &Evening, text: &str) -> Result<Imported, ImportError> {
    let directory = tempfile::tempdir().unwrap();
    let file: PathBuf = directory.path().join("postcodes.csv");
    fs::write(&file, text).unwrap();
    postcodes::import(&evening_of.app.service, &Acting::system(), &[file])
}

/// Asks a question on the pages and gives where that ends.
async fn ask(evening_of: &Evening, number: usize, postcode: &str) -> (Browser, Page) {
    let browser = evening_of.app.browser();
    let meeting = browser
        .get(&format!("/meetings/{}", evening_of.meeting))
        .await;
    let page = browser.go(&meeting, "Ask a question").await;
    let item = evening_of.agenda[2].id.to_string();
    let page = browser
        .submit(&page, "main form", &[("agenda_item", &item)])
        .await;
    let page = browser.follow(page).await;
    let page = browser
        .press(
            &page,
            "Continue",
            &[(
                "question",
                "When will the lamp in Example Street be mended?",
            )],
        )
        .await;
    let page = browser.follow(page).await;
    let email = crate::evening::email(number);
    let page = browser
        .press(
            &page,
            "Continue",
            &[
                ("name", &resident(number)),
                ("address", "1 Example Street"),
                ("postcode", postcode),
                ("email", &email),
                ("resident", "yes"),
                ("publish_name", "yes"),
            ],
        )
        .await;
    let page = browser.follow(page).await;
    let (_, fields) = page.filled_in("main form", &[]);
    let declaration = fields.iter().any(|(name, _)| name == "declaration");
    assert!(!declaration, "nothing is declared for anybody");
    let ticked = page
        .attribute("input[name=declaration]", "value")
        .expect("a declaration");
    let page = browser
        .press(&page, "Send your question", &[("declaration", &ticked)])
        .await;
    assert_eq!(page.status, 303, "{}", page.text());
    let page = browser.follow(page).await;
    (browser, page)
}

#[tokio::test]
async fn a_postcode_outside_is_refused_one_inside_accepted_an_unknown_one_accepted_and_shown() {
    let evening_of = Evening::start().await;
    let imported = import(&evening_of, DIRECTORY).unwrap();
    assert_eq!((imported.inside_before, imported.inside), (0, 1));
    assert_eq!((imported.beside, imported.districts_outside), (1, 1));
    assert_eq!(imported.tally.ended, 1);

    let (_, page) = ask(&evening_of, 1, "wa89za").await;
    assert!(page.text().contains("PQ-2024-"), "{}", page.text());
    assert!(!page.text().contains("outside the borough"));

    // next door, and in London with a postcode that the directory does not have
    for (number, postcode) in [(2, "WA8 9ZB"), (3, "N1 1AA")] {
        let (_, page) = ask(&evening_of, number, postcode).await;
        let text = page.text();
        assert!(
            text.contains("Your postcode is outside the borough"),
            "{text}"
        );
        assert!(
            text.contains("shows that the postcode you gave is outside the borough"),
            "{text}"
        );
        assert!(text.contains("34(9)(i)"), "{text}");
        assert!(
            text.contains("If you live in the borough, contact the council"),
            "{text}"
        );
    }

    // one that was ended, and one that nobody knows
    for (number, postcode) in [(4, "WA8 9ZD"), (5, "WA8 9ZZ")] {
        let (_, page) = ask(&evening_of, number, postcode).await;
        assert!(
            !page.text().contains("outside the borough"),
            "{}",
            page.text()
        );
    }
    let officer = evening_of.app.sign_in(Role::ProperOfficer).await;
    let list = officer.get("/staff/questions").await;
    let href = list
        .html()
        .select(&scraper::Selector::parse("a[href^='/staff/questions/']").unwrap())
        .filter_map(|link| link.value().attr("href").map(str::to_owned))
        .collect::<Vec<_>>();
    let mut shown = Vec::new();
    for path in href {
        shown.push(officer.get(&path).await.text());
    }
    let unknown = shown
        .iter()
        .filter(|text| text.contains("not found in the list of postcodes"))
        .count();
    assert_eq!(unknown, 2, "{shown:?}");
}

#[tokio::test]
async fn an_import_that_fails_leaves_the_directory_as_it_was() {
    let evening_of = Evening::start().await;
    import(&evening_of, DIRECTORY).unwrap();
    for (wrong, says) in [
        ("town,county\nA,B\n", "not ONSPD, NSPL or Code-Point Open"),
        (
            "pcds,laua\nN1 9ZZ,E09000007\n",
            "No postcode in the file lies in",
        ),
        (
            "pcds,laua\nWA8 9ZA,E06000006\nrubbish,E06000006\n",
            "cannot be read",
        ),
        ("", "it is empty"),
    ] {
        let error = import(&evening_of, wrong).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
        assert!(error.contains("Nothing has been changed."), "{error}");
    }
    let (_, page) = ask(&evening_of, 1, "WA8 9ZB").await;
    assert!(page.text().contains("Your postcode is outside the borough"));
}

#[tokio::test]
async fn a_new_import_takes_the_place_of_the_one_before() {
    let evening_of = Evening::start().await;
    import(&evening_of, DIRECTORY).unwrap();
    let imported = import(&evening_of, "pcds,laua\nWA8 9ZB,E06000006\n").unwrap();
    assert_eq!((imported.inside_before, imported.inside), (1, 1));
    let (_, page) = ask(&evening_of, 1, "WA8 9ZB").await;
    assert!(
        !page.text().contains("outside the borough"),
        "{}",
        page.text()
    );
}
