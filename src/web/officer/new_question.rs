//! `/staff/questions/new`: a question that came on paper, by e-mail or at the counter, with its own moment of receipt.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{
        codes::Code, id::MeetingId, local_time, question::Channel, standing_order::Exception,
        status::Status,
    },
    service::{
        FieldError, ServiceError, permission,
        submit_question::{self, Submission},
        typed_question::{TypedMatter, TypedQuestion, TypedQuestioner, TypedText},
        views::{self, MeetingView},
    },
    web::{
        Answer, Fields, Form, FormState, Staff,
        components::{Choice, FieldProblem},
        officer::{dates, desk::sentence},
        page::Page,
        pages,
    },
};

/// Which meeting the question is for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    meeting: String,
}

#[derive(Template)]
#[template(path = "officer/choose_meeting.html")]
struct ChoosePage {
    page: Page,
    problems: Vec<FieldProblem>,
    meetings: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "officer/new_question.html")]
struct NewPage {
    page: Page,
    form: FormState,
    meeting: MeetingId,
    board: String,
    when: String,
    deadline: String,
    agenda_published: bool,
    items: Vec<Choice>,
    channels: Vec<Choice>,
    names: Vec<Choice>,
    under_18: Vec<Choice>,
    exceptions: Vec<Choice>,
}

const CHANNELS: [Channel; 3] = [Channel::Paper, Channel::Email, Channel::Counter];

/// The form, once the meeting is known.
pub async fn show(staff: Staff, asked: web::Query<Asked>) -> Answer {
    permission::proper_officer(&staff.acting())?;
    if let Ok(meeting) = asked.meeting.parse::<MeetingId>() {
        let today = local_time::london_date(staff.service().now());
        // one token for one form: sent twice, it makes one question
        let once = staff.service().new_id::<uuid::Uuid>().to_string();
        let form = dates::with_date(FormState::blank(), "received_on", today).with("once", once);
        return form_page(&staff, meeting, form).await;
    }
    let coming = staff
        .run(|service| {
            service.store.read(|db| {
                let mut all = views::coming_meetings(service, db)?;
                // a letter may turn up when the meeting is over
                all.extend(views::past_meetings(service, db, 5)?);
                Ok::<_, ServiceError>(all)
            })
        })
        .await?;
    pages::page(&ChoosePage {
        page: staff
            .page("Which meeting is the question for?")
            .within("/staff/questions"),
        problems: Vec::new(),
        meetings: coming
            .iter()
            .map(|view| {
                Choice::new(view.meeting().id.to_string(), view.board.name.clone()).hint(format!(
                    "{}. Deadline {}",
                    local_time::time_on_day(view.starts_at()),
                    view.deadline.in_words()
                ))
            })
            .collect(),
    })
}

async fn form_page(staff: &Staff, meeting: MeetingId, form: FormState) -> Answer {
    let view: MeetingView = staff
        .run(move |service| {
            service
                .store
                .read(|db| views::meeting(service, db, meeting))
        })
        .await?;
    let wrong = form.has_errors();
    let template = NewPage {
        page: staff
            .page("Enter a question")
            .within("/staff/questions")
            .with_errors(wrong),
        meeting,
        board: view.board.name.clone(),
        when: local_time::time_on_day(view.starts_at()),
        deadline: view.deadline.in_words(),
        agenda_published: view.meeting().agenda_published,
        items: view
            .agenda
            .iter()
            .map(|item| {
                let choice = Choice::new(item.id.to_string(), item.title.clone());
                match item.not_for_questions() {
                    // the rule will refuse it, and the officer can see that it did
                    Some(why) => choice.hint(format!("No questions: {}", why.words())),
                    None => choice,
                }
            })
            .collect(),
        names: name_choices(),
        under_18: age_choices(&form),
        channels: CHANNELS
            .iter()
            .map(|channel| Choice::new(channel.code(), sentence(channel.words())))
            .collect(),
        exceptions: Exception::ALL
            .iter()
            .map(|exception| {
                let (words, hint) = match exception {
                    Exception::Late => (
                        "It came after the deadline",
                        "For a fault of the service or the council, say",
                    ),
                    Exception::SecondQuestion => (
                        "A question with the same details is there already",
                        "For two people of one name at one address, say",
                    ),
                    Exception::OutsideBorough => (
                        "The list shows the postcode outside the borough",
                        "Where the list is wrong",
                    ),
                };
                Choice::new(exception.code(), words)
                    .hint(hint)
                    .checked(form.is("exceptions", exception.code()))
            })
            .collect(),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

/// The names by which somebody can be known in public.
pub(super) fn name_choices() -> Vec<Choice> {
    vec![
        Choice::new("yes", "Their own name"),
        Choice::new("organisation", "Only the name of the organisation"),
        Choice::new("no", "Neither"),
    ]
}

/// Whether they are under 18, as one box.
pub(super) fn age_choices(form: &FormState) -> Vec<Choice> {
    vec![Choice::new("yes", "They are under 18").checked(form.value("under_18") == "yes")]
}

/// The questioner's details as an officer typed them.
pub(super) fn typed_questioner(fields: &Fields) -> TypedQuestioner {
    let value = |name: &str| fields.value(name).to_owned();
    TypedQuestioner {
        name: value("name"),
        organisation: value("organisation"),
        address: value("address"),
        postcode: value("postcode"),
        email: value("email"),
        telephone: value("telephone"),
        needs: value("needs"),
        resident: value("resident"),
        publish_name: value("publish_name"),
        under_18: value("under_18"),
        carer_name: value("carer_name"),
    }
}

fn typed(fields: &Fields) -> TypedQuestion {
    let value = |name: &str| fields.value(name).to_owned();
    TypedQuestion {
        matter: TypedMatter {
            agenda_item: value("agenda_item"),
            matter: value("matter"),
        },
        text: TypedText {
            question: value("question"),
        },
        questioner: typed_questioner(fields),
        difference: String::new(),
    }
}

/// Reads what the officer adds to a questioner's words.
fn submission(meeting: MeetingId, fields: &Fields) -> Result<Submission, Vec<FieldError>> {
    let mut problems = Vec::new();
    let channel = CHANNELS
        .into_iter()
        .find(|channel| channel.code() == fields.value("channel"));
    if channel.is_none() {
        problems.push(FieldError::new(
            "channel",
            "choice",
            "Select how the question came",
        ));
    }
    let day = dates::date(
        fields,
        "received_on",
        "received_on-day",
        "the day on which it came",
    )
    .map_err(|problem| problems.push(problem))
    .ok();
    let time = dates::time(fields, "received_time", "the time received")
        .map_err(|problem| problems.push(problem))
        .ok();
    let exceptions: Vec<(Exception, String)> = fields
        .values("exceptions")
        .into_iter()
        .filter_map(Exception::from_code)
        .map(|exception| (exception, fields.value("exception_reason").to_owned()))
        .collect();
    if !exceptions.is_empty() && fields.value("exception_reason").trim().is_empty() {
        problems.push(FieldError::new(
            "exception_reason",
            "empty",
            "Enter the reason for the exception",
        ));
    }
    match (channel, day, time) {
        (Some(channel), Some(day), Some(time)) if problems.is_empty() => Ok(Submission {
            meeting,
            typed: typed(fields),
            channel,
            received_at: local_time::at_london(day, time),
            draft: None,
            carried_from: None,
            idempotency_key: Some(fields.value("once").to_owned()).filter(|key| !key.is_empty()),
            exceptions,
        }),
        _ => Err(problems),
    }
}

/// Enters the question: the rule is read to it as to any other.
pub async fn enter(staff: Staff, form: Form) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let Ok(meeting) = form.fields.value("meeting").parse::<MeetingId>() else {
        // the page that says so gives back what was typed
        return Err(ServiceError::Invalid(vec![FieldError::new(
            "meeting",
            "choice",
            "Select the meeting that the question is for",
        )])
        .into());
    };
    let submission = match submission(meeting, &form.fields) {
        Ok(submission) => submission,
        Err(mut problems) => {
            let words = typed(&form.fields);
            let rest = staff
                .run(move |service| {
                    let view = service
                        .store
                        .read(|db| views::meeting(service, db, meeting))?;
                    Ok(words.problems(view.meeting().agenda_published))
                })
                .await?;
            problems.extend(rest);
            return form_page(&staff, meeting, form.state().refused(problems)).await;
        }
    };
    let acting = staff.acting();
    let result = staff
        .run(move |service| submit_question::submit(service, &acting, &submission))
        .await;
    match result {
        Ok(submitted) => {
            let done = if submitted.question.status == Status::Refused {
                // the page says why, and which exception would let it in
                ""
            } else {
                "?done=entered"
            };
            Ok(pages::see_other(&format!(
                "/staff/questions/{}{done}",
                submitted.question.id
            )))
        }
        Err(ServiceError::Invalid(problems)) => {
            let problems = problems.into_iter().map(|problem| FieldError {
                field: match problem.field {
                    "received_at" => "received_on-day",
                    other => other,
                },
                ..problem
            });
            form_page(&staff, meeting, form.state().refused(problems)).await
        }
        Err(other) => Err(other.into()),
    }
}
