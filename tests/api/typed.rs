//! Texts that programs send are read as those of the forms are.

use reqwest::Method;
use serde_json::json;

use crate::client::Council;

#[tokio::test]
async fn a_text_of_the_api_is_read_as_that_of_a_form() {
    let council = Council::open().await;
    let mut notice = council.notice(1);
    notice["matter"] = json!("Street\u{a0}lighting\u{7}");
    notice["question"] =
        json!("\u{f0b7}\tLamp 2024\u{1e}25\u{0}\r\n\u{f0b7}\t\u{93}When\u{94}\u{202e}?");
    notice["questioner"]["name"] = json!("Sample\u{a0}Resident\u{1b}");
    notice["questioner"]["postcode"] = json!("WA8\u{202f}7QF");
    let seen = council.anyone.post("/questions", &notice).await.expect(201);
    let listed = council.listed(&seen["reference"]).await;
    let path = format!("/staff/questions/{}", listed["id"].as_str().unwrap());
    let question = council.officer.get(&path).await.expect(200);
    let whole = question.to_string();
    for read in [
        r"•\tLamp 2024-25\n•\t“When”?",
        "Street lighting",
        "Sample Resident",
        "WA8 7QF",
    ] {
        assert!(whole.contains(read), "{read}: {whole}");
    }

    // a name of nothing but what nobody sees is no name
    notice["questioner"]["name"] = json!("\u{0}\u{200b}\u{7f}");
    let problem = council
        .anyone
        .post("/questions", &notice)
        .await
        .problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/questioner/name");
}

#[tokio::test]
async fn staff_programs_reasons_and_names_are_read_in_the_same_way() {
    let council = Council::open().await;
    let board =
        json!({ "name": "Safer\u{a0}\u{3}Streets \u{96} Board", "slug": "safer-streets\u{0}" });
    let made = council.officer.post("/boards", &board).await.expect(201);
    assert_eq!(made["name"], "Safer Streets – Board");
    assert_eq!(made["slug"], "safer-streets");
}

#[tokio::test]
async fn half_a_character_is_not_json() {
    let council = Council::open().await;
    let body = council
        .notice(1)
        .to_string()
        .replace("Street lighting", "\\ud800 lighting");
    let answer = reqwest::Client::new()
        .request(
            Method::POST,
            format!("{}/api/v1/questions", council.app.address),
        )
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 400);
}
