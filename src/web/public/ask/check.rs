//! Check your answers, and sending: the moment of receipt is the request's own (reading 2).

use actix_web::web;
use askama::Template;

use crate::{
    domain::{
        id::DraftId,
        question::Channel,
        questioner::{EmailAddress, Naming, Postcode, published_name},
        refusal::Clause,
    },
    service::{
        ServiceError,
        drafts::{self, Draft},
        submit_question::{self, Submission},
        typed_question::TypedQuestioner,
    },
    web::{
        Answer, Form, Visitor,
        components::{Choice, FieldProblem, SummaryRow},
        page::Page,
        pages, routes,
    },
};

use super::{
    About, Speaking, Step,
    person::{self, Judged},
    suggestions::Suggestions,
};

const DECLARE: &str = "Confirm that what you have given is correct";

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/ask/{draft}/check").route(routes::get().to(show)))
        .service(
            routes::resource("/ask/{draft}/send")
                .route(routes::get().to(back_to_check))
                .route(routes::post().to(send)),
        );
}

#[derive(Template)]
#[template(path = "public/ask/check.html")]
struct CheckPage {
    page: Page,
    draft: DraftId,
    about: About,
    back: String,
    problems: Vec<FieldProblem>,
    error: &'static str,
    question_rows: Vec<SummaryRow>,
    your_rows: Vec<SummaryRow>,
    speaking: Option<Speaking>,
    suggestions: Suggestions,
    not_resident: bool,
    clause: String,
    borough: String,
    declaration: Vec<Choice>,
    /// The words by which the chair will call the questioner; none where they chose before.
    called: Option<String>,
    /// Whether these have a number that is not known yet.
    numbered: bool,
    named_under_18: bool,
    phone: String,
    email: String,
}

impl CheckPage {
    fn too_long_to_say(&self) -> String {
        self.speaking
            .as_ref()
            .map_or_else(String::new, Speaking::too_long)
    }

    /// What the button says that takes the address which was probably meant.
    fn take_email(&self) -> String {
        format!("Use {}", self.suggestions.meant_email)
    }

    fn not_resident_words(&self) -> String {
        format!(
            "You said that you do not live in {}. Public question time is for people who live in the borough, so your question will be refused ({}).",
            self.borough, self.clause
        )
    }
}

fn template(visitor: &Visitor, draft: &Draft, declaration_missing: bool) -> CheckPage {
    let service = visitor.service();
    let borough = &service.settings.council.borough_name;
    let typed = &draft.typed;
    let (matter, question, you) = (
        Step::Matter.path(draft.id),
        Step::Question.path(draft.id),
        Step::AboutYou.path(draft.id),
    );
    let about = if draft.meeting.meeting().agenda_published {
        draft
            .meeting
            .published_agenda()
            .iter()
            .find(|item| item.id.to_string() == typed.matter.agenda_item)
            .map_or_else(String::new, |item| item.title.clone())
    } else {
        typed.matter.matter.clone()
    };
    let mut question_rows = vec![
        SummaryRow::new("Meeting", About::new(service, &draft.meeting).meeting),
        SummaryRow::new("About", about.clone()).change(matter, "what your question is about"),
        SummaryRow::new("Your question", typed.text.question.trim().to_owned())
            .change(question, "your question"),
    ];
    if !typed.difference.trim().is_empty() {
        question_rows.push(
            SummaryRow::new("Why it is different", typed.difference.trim().to_owned()).change(
                format!("/ask/{}/matches", draft.id),
                "why your question is different",
            ),
        );
    }
    let given_before = draft.details_of.is_some();
    let your_rows = if given_before {
        vec![
            SummaryRow::new(
                "Your details",
                "The details that you gave with your last question",
            )
            .change(you, "your details"),
        ]
    } else {
        your_rows(&typed.questioner, &you, borough)
    };
    let person = &typed.questioner;
    let naming = match person.publish_name.as_str() {
        "yes" => Naming::Name,
        "organisation" => Naming::Organisation,
        _ => Naming::Withheld,
    };
    let organisation = Some(person.organisation.trim()).filter(|name| !name.is_empty());
    // what was chosen before is as private as the name itself
    let called = (!given_before).then(|| match naming {
        Naming::Withheld => {
            format!("Resident, then a number, then what your question is about: {about}")
        }
        named => published_name(named, person.name.trim(), organisation),
    });
    let not_resident = !given_before && typed.questioner.resident != "yes";
    let declaration = if not_resident {
        "What I have given is correct".to_owned()
    } else if given_before {
        format!("I live in {borough}, and the details that I gave before are still correct")
    } else {
        format!("I live in {borough}, and what I have given is correct")
    };
    CheckPage {
        page: visitor
            .page("Check your answers before you send your question")
            .within("/meetings")
            .with_errors(declaration_missing),
        draft: draft.id,
        about: About::new(service, &draft.meeting),
        back: Step::AboutYou.path(draft.id),
        problems: if declaration_missing {
            vec![FieldProblem::new("declaration", DECLARE)]
        } else {
            Vec::new()
        },
        error: if declaration_missing { DECLARE } else { "" },
        question_rows,
        your_rows,
        numbered: !given_before && naming == Naming::Withheld,
        named_under_18: !given_before && person.under_18 == "yes" && naming == Naming::Name,
        called,
        phone: service.settings.council.phone.clone(),
        email: service.settings.council.email.clone(),
        speaking: Speaking::of(service, draft),
        suggestions: Suggestions::of(draft),
        not_resident,
        clause: service.settings.council.rule.cite(Clause::I),
        borough: borough.clone(),
        declaration: vec![Choice::new("yes", declaration)],
    }
}

/// What was typed about the questioner.
fn your_rows(person: &TypedQuestioner, you: &str, borough: &str) -> Vec<SummaryRow> {
    let given = |typed: &str| match typed.trim() {
        "" => "Not given".to_owned(),
        typed => typed.to_owned(),
    };
    let yes_or_no = |typed: &str| if typed == "yes" { "Yes" } else { "No" };
    let row = |key: &str, value: String, field: &str, about: &str| {
        SummaryRow::new(key, value).change(format!("{you}#{field}"), about)
    };
    let mut your_rows = vec![row(
        "Full name",
        given(&person.name),
        "name",
        "your full name",
    )];
    let under_18 = person.under_18 == "yes";
    if under_18 {
        your_rows.push(row(
            "Under 18",
            "Yes".to_owned(),
            "under_18",
            "whether you are under 18",
        ));
        your_rows.push(row(
            "Parent or carer",
            given(&person.carer_name),
            "carer_name",
            "the name of your parent or carer",
        ));
    }
    your_rows.extend([
        row(
            "Organisation",
            given(&person.organisation),
            "organisation",
            "your organisation",
        ),
        row("Address", given(&person.address), "address", "your address"),
        row(
            "Postcode",
            Postcode::parse(&person.postcode).map_or_else(
                |_| given(&person.postcode),
                |postcode| postcode.as_str().to_owned(),
            ),
            "postcode",
            "your postcode",
        ),
        row(
            "Email address",
            EmailAddress::parse(&person.email)
                .map_or_else(|_| given(&person.email), |email| email.as_str().to_owned()),
            "email",
            "your email address",
        ),
        row(
            "Telephone number",
            given(&person.telephone),
            "telephone",
            "your telephone number",
        ),
        row(
            &format!("Do you live in {borough}?"),
            yes_or_no(&person.resident).to_owned(),
            "resident",
            "whether you live in the borough",
        ),
        row(
            "Can we use your name in public?",
            match person.publish_name.as_str() {
                "yes" => "Yes",
                "organisation" => "Only the name of my organisation",
                _ => "No",
            }
            .to_owned(),
            "publish_name",
            "whether we can use your name in public",
        ),
        row(
            "What you need for the meeting",
            given(&person.needs),
            "needs",
            "what you need for the meeting",
        ),
    ]);
    your_rows
}

async fn show(visitor: Visitor, id: web::Path<DraftId>) -> Answer {
    let draft = super::open(&visitor, id.into_inner()).await?;
    if let Some(done) = super::sent(&draft) {
        return Ok(done);
    }
    if let Some(step) = super::first_unfinished(&draft) {
        return Ok(pages::see_other(&step.path(draft.id)));
    }
    Ok(crate::web::public::personal(pages::page(&template(
        &visitor, &draft, false,
    ))?))
}

/// Somebody opens the address that the form is sent to.
async fn back_to_check(id: web::Path<DraftId>) -> Answer {
    Ok(pages::see_other(&super::check_path(id.into_inner())))
}

async fn send(visitor: Visitor, id: web::Path<DraftId>, form: Form) -> Answer {
    let id = id.into_inner();
    let draft = super::open(&visitor, id).await?;
    if let Some(done) = super::sent(&draft) {
        return Ok(done);
    }
    if let Some(step) = super::first_unfinished(&draft) {
        return Ok(pages::see_other(&step.path(id)));
    }
    if form.fields.value("declaration") != "yes" {
        return pages::invalid(&template(&visitor, &draft, true));
    }
    let received_at = match person::judge(visitor.service(), &draft, &form) {
        Judged::Person(received_at) => received_at,
        Judged::Doubtful(pressed) => return person::ask(&visitor, &draft, pressed).await,
    };
    let draft_to_send = draft.clone();
    let typed = visitor
        .run(move |service| drafts::to_send(service, &draft_to_send))
        .await?;
    let submission = Submission {
        meeting: draft.meeting.meeting().id,
        typed,
        channel: Channel::Web,
        received_at,
        draft: Some(id),
        carried_from: draft.carried_from,
        idempotency_key: None,
        exceptions: Vec::new(),
    };
    let acting = visitor.acting();
    let submitted = visitor
        .run(move |service| submit_question::submit(service, &acting, &submission))
        .await;
    match submitted {
        Ok(_) => Ok(pages::see_other(&super::done_path(id))),
        // the agenda came out between the look and the sending: the page that is not right any more says so
        Err(ServiceError::Invalid(_)) => Ok(pages::see_other(&format!("/ask/{id}"))),
        Err(other) => Err(other.into()),
    }
}
