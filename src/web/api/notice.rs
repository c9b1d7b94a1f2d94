//! Giving notice of a question (clause (iii)): by anybody, or entered by an officer for somebody who wrote on paper.

use actix_web::{HttpRequest, HttpResponse, http::header, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    conforms::Check,
    document, fields,
    request::{Body, typed, wrong_fields},
    your_question::YourQuestion,
};
use crate::{
    domain::{
        id::{AgendaItemId, MeetingId},
        question::Channel,
        standing_order::Exception,
        status::Status,
    },
    service::{
        Service, ServiceError,
        actor::Acting,
        permission,
        submit_question::{self, Submission, Submitted},
        typed_question::{TypedMatter, TypedQuestion, TypedQuestioner, TypedText},
        your_question,
    },
    store::meetings,
    web::{
        Answer, ApiActor, Failure, Received,
        problem::{KeptQuestion, Problem, WrongField},
    },
};

/// The header under which a request may be repeated.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// The longest key.
const LONGEST_KEY: usize = 255;

/// Who asks.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionerInput {
    /// Full name.
    #[serde(default)]
    #[schema(required = true, example = "Sample Resident")]
    pub name: String,
    /// The organisation on whose behalf the question is asked, if any.
    pub organisation: Option<String>,
    /// Postal address without its postcode, at most 6 lines parted by line feeds.
    #[serde(default)]
    #[schema(required = true, example = "1 Example Street\nWidnes")]
    pub address: String,
    /// Postcode.
    #[serde(default)]
    #[schema(required = true, example = "WA8 7QF")]
    pub postcode: String,
    /// E-mail address. Without one, letters are sent by post.
    #[schema(example = "resident@example.org")]
    pub email: Option<String>,
    /// Telephone number, if wished.
    pub telephone: Option<String>,
    /// Needs for the meeting, if any.
    pub needs: Option<String>,
    /// Whether they declare that they live in the borough (clause (i)).
    #[schema(required = true, value_type = bool, example = true)]
    pub resident: Option<bool>,
    /// Whether their name may be published and called in the room. A questioner who is not named is called by a number.
    #[schema(required = true, value_type = bool, example = false)]
    pub publish_name: Option<bool>,
    /// Where their own name may not be published: whether the organisation's name may be, by itself.
    pub publish_organisation: Option<bool>,
    /// Whether they are under 18. The address, e-mail address and telephone number are then those of a parent or carer.
    pub under_18: Option<bool>,
    /// Full name of the parent or carer, to whom letters go: for somebody under 18.
    pub carer_name: Option<String>,
}

/// Notice of a question. What only the service may say (`status`, `received_at`, `reference`, …) is refused, as is every field
/// that is not named here.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeInput {
    /// The meeting.
    #[schema(required = true, value_type = MeetingId)]
    pub meeting: Option<MeetingId>,
    /// The agenda item that it is about, where the agenda is out.
    pub agenda_item: Option<AgendaItemId>,
    /// What it is about in words, where the agenda is not out; at most 200 characters.
    #[schema(example = "Road safety in Widnes")]
    pub matter: Option<String>,
    /// Its words, at most 10,000 characters.
    #[serde(default)]
    #[schema(
        required = true,
        example = "What is the council doing about speeding on Derby Road?"
    )]
    pub question: String,
    /// Why it differs from a question put before; at most 2,000 characters.
    pub difference: Option<String>,
    /// Who asks.
    #[serde(default)]
    #[schema(required = true)]
    pub questioner: QuestionerInput,
}

impl NoticeInput {
    fn typed(&self) -> TypedQuestion {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let yes_or_no = |value: Option<bool>| match value {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => String::new(),
        };
        let who = &self.questioner;
        TypedQuestion {
            matter: TypedMatter {
                agenda_item: self
                    .agenda_item
                    .map(|id| id.to_string())
                    .unwrap_or_default(),
                matter: text(&self.matter),
            },
            text: TypedText {
                question: self.question.clone(),
            },
            questioner: TypedQuestioner {
                name: who.name.clone(),
                organisation: text(&who.organisation),
                address: who.address.clone(),
                postcode: who.postcode.clone(),
                email: text(&who.email),
                telephone: text(&who.telephone),
                needs: text(&who.needs),
                resident: yes_or_no(who.resident),
                publish_name: match (who.publish_name, who.publish_organisation) {
                    (Some(false), Some(true)) => "organisation".to_owned(),
                    (publish_name, _) => yes_or_no(publish_name),
                },
                under_18: yes_or_no(who.under_18),
                carer_name: text(&who.carer_name),
            },
            difference: text(&self.difference),
        }
    }
}

/// A question that came on paper, by e-mail or at the counter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryInput {
    /// The question.
    #[serde(default)]
    #[schema(required = true)]
    pub notice: NoticeInput,
    /// How it came: `paper`, `email` or `counter`.
    #[schema(example = "paper")]
    pub channel: Channel,
    /// The moment of receipt.
    #[schema(example = "2024-02-05T11:20:00Z")]
    pub received_at: DateTime<Utc>,
    /// Exceptions that the officer makes for it.
    #[serde(default)]
    pub exceptions: Option<Vec<ExceptionInput>>,
}

/// An exception that an officer makes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionInput {
    /// What it sets aside.
    pub exception: Exception,
    /// Why.
    #[schema(example = "The service could not be reached from 3:50pm to 4:10pm.")]
    pub reason: String,
}

/// Give notice of a question
///
/// Anybody may. The moment of receipt is when the whole request had arrived. A question that the standing order refuses is kept
/// and answered with 422: `kept` has its reference and its private address. Send an `Idempotency-Key` of your own making (a UUID,
/// say) so that the request can be repeated safely: the same key with the same body gets the same question, with another body 422
/// `/problems/idempotency-key-reused`.
#[utoipa::path(tag = "Questions", request_body = NoticeInput,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[ -~]+$", description = "A key of your own making, at most 255 characters, new for each question.", example = "3f0c3f5e-7d7a-4c53-8c8e-0c6d3a5b1e90")),
    responses((status = 201, description = "The question is received. Location and `self` are private: they are for its questioner alone.", body = YourQuestion,
        headers(("Location" = String, description = "Where its questioner sees it."), ("Idempotency-Replayed" = String, description = "`true` where the request had been answered before.")))))]
#[post("/questions")]
pub async fn give_notice(
    actor: ApiActor,
    request: HttpRequest,
    received: Received,
    body: Body,
) -> Answer {
    let acting = actor.acting();
    // two callers may choose the same key, and the answer has a private link
    let key = key(&request)?.map(|key| match acting.staff_id() {
        Some(_) => key,
        None => format!("{}\u{1f}{key}", actor.client()),
    });
    let value = body.json()?;
    let notice: NoticeInput = conforming(&actor, value, "NoticeInput", "").await?;
    let meeting = meeting_of(&notice, fields::of_notice)?;
    let submission = Submission {
        meeting,
        typed: notice.typed(),
        channel: Channel::Api,
        received_at: received.0,
        draft: None,
        carried_from: None,
        idempotency_key: key,
        exceptions: Vec::new(),
    };
    submitted(&actor, acting, submission, fields::of_notice).await
}

/// Enter a question that came otherwise
///
/// The proper officer's act: a question that came on paper, by e-mail or at the counter, with its own moment of receipt, goes
/// through the same rules. The officer may record exceptions with it.
#[utoipa::path(tag = "Decisions", request_body = EntryInput, security(("bearer" = []), ("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[ -~]+$", description = "A key of your own making, at most 255 characters, new for each question.")),
    responses((status = 201, description = "The question is received. Location and `self` are private: they are for its questioner alone.", body = YourQuestion,
        headers(("Location" = String, description = "Where its questioner sees it."), ("Idempotency-Replayed" = String, description = "`true` where the request had been answered before.")))))]
#[post("/staff/questions")]
pub async fn enter_question(actor: ApiActor, request: HttpRequest, body: Body) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let key = key(&request)?;
    let value = body.json()?;
    let entry: EntryInput = conforming(&actor, value, "EntryInput", "/notice").await?;
    if !entry.channel.entered_by_officer() {
        return Err(ServiceError::field(
            "channel",
            "choice",
            "Say how it came: paper, email or counter",
        )
        .into());
    }
    let meeting = meeting_of(&entry.notice, fields::of_entry)?;
    let submission = Submission {
        meeting,
        typed: entry.notice.typed(),
        channel: entry.channel,
        received_at: entry.received_at,
        draft: None,
        carried_from: None,
        idempotency_key: key,
        exceptions: entry
            .exceptions
            .unwrap_or_default()
            .into_iter()
            .map(|exception| (exception.exception, exception.reason))
            .collect(),
    };
    submitted(&actor, acting, submission, fields::of_entry).await
}

fn key(request: &HttpRequest) -> Result<Option<String>, Failure> {
    let Some(value) = request.headers().get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => Ok(Some(key.to_owned())),
        _ => Err(Failure::Malformed(
            "Idempotency-Key must be 1 to 255 printable characters.".to_owned(),
        )),
    }
}

fn meeting_of(
    notice: &NoticeInput,
    place: fn(&'static str) -> &'static str,
) -> Result<MeetingId, Failure> {
    // a body without a meeting has been answered with everything else that is wrong with it
    notice.meeting.ok_or_else(|| {
        fields::at(
            ServiceError::field("meeting", "empty", "Send the meeting"),
            place,
        )
        .into()
    })
}

/// The body as a struct; or everything that is wrong with it, of its form and of what is in the notice, at once.
async fn conforming<T: serde::de::DeserializeOwned>(
    actor: &ApiActor,
    mut value: Value,
    schema: &str,
    notice_at: &'static str,
) -> Result<T, Failure> {
    // what a notice must have is said in words of its own, below
    let strict = !notice_at.is_empty();
    let mut wrong = Check::new(document::schemas(), strict).of(schema, &value);
    wrong.retain(|field| {
        !(strict && field.code == "required" && field.pointer.starts_with("/notice"))
    });
    let notice = value.pointer(notice_at).cloned().unwrap_or(Value::Null);
    let lacks_meeting = notice.get("meeting").is_none_or(Value::is_null);
    if wrong.is_empty() && !lacks_meeting {
        drop_nulls(&mut value);
        return typed(value);
    }
    if lacks_meeting && value.is_object() {
        wrong.push(WrongField {
            pointer: format!("{notice_at}/meeting"),
            code: "empty".to_owned(),
            detail: "Send the meeting".to_owned(),
        });
    }
    let found = contents(actor, notice, &wrong, notice_at).await?;
    for field in found {
        if !wrong.iter().any(|known| known.pointer == field.pointer) {
            wrong.push(field);
        }
    }
    Err(wrong_fields(wrong))
}

/// What is wrong with the contents of a notice whose form is wrong as well. Fields of the wrong form are taken for empty.
async fn contents(
    actor: &ApiActor,
    mut notice: Value,
    wrong: &[WrongField],
    notice_at: &str,
) -> Result<Vec<WrongField>, Failure> {
    for field in wrong {
        let Some(pointer) = field.pointer.strip_prefix(notice_at) else {
            continue;
        };
        let Some((parent, name)) = pointer.rsplit_once('/') else {
            // the notice itself is no object
            return Ok(Vec::new());
        };
        if let Some(Value::Object(fields)) = notice.pointer_mut(parent) {
            fields.remove(&name.replace("~1", "/").replace("~0", "~"));
        }
    }
    drop_nulls(&mut notice);
    let Ok(notice) = serde_json::from_value::<NoticeInput>(notice) else {
        return Ok(Vec::new());
    };
    let agenda_published = match notice.meeting {
        Some(id) => actor
            .run(move |service| {
                service.store.read(|db| {
                    Ok::<_, ServiceError>(meetings::meeting(db, id)?.meeting.agenda_published)
                })
            })
            .await
            .ok(),
        None => None,
    };
    let typed = notice.typed();
    let mut problems = match agenda_published {
        Some(published) => typed.problems(published),
        // without the meeting nobody knows whether an item or words are wanted
        None => typed
            .text
            .problems()
            .into_iter()
            .chain(typed.questioner.problems())
            .collect(),
    };
    let place = if notice_at.is_empty() {
        fields::of_notice
    } else {
        fields::of_entry
    };
    for problem in &mut problems {
        problem.field = place(problem.field);
    }
    Ok(problems.iter().map(WrongField::from).collect())
}

/// Null stands for a field that is left out.
fn drop_nulls(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.retain(|_, value| !value.is_null());
        fields.values_mut().for_each(drop_nulls);
    }
}

async fn submitted(
    actor: &ApiActor,
    acting: Acting,
    submission: Submission,
    place: fn(&'static str) -> &'static str,
) -> Answer {
    let keyed = submission.idempotency_key.is_some();
    let outcome = actor
        .run(move |service| {
            let submitted = submit_question::submit(service, &acting, &submission)?;
            resource(service, &submitted).map(|resource| (submitted, resource))
        })
        .await;
    let (submitted, resource) = match outcome {
        Ok(made) => made,
        // nothing else about a submission conflicts
        Err(ServiceError::Conflict(_)) if keyed => {
            return Err(Failure::Problem(Box::new(Problem::key_reused())));
        }
        Err(ServiceError::NotFound) => {
            let unknown = ServiceError::field("meeting", "unknown", "There is no such meeting");
            return Err(fields::at(unknown, place).into());
        }
        Err(error) => return Err(fields::at(error, place).into()),
    };
    let question = submitted.question;
    if question.status == Status::Refused {
        let mut problem = Problem::refused(resource.refusals);
        problem.kept = Some(KeptQuestion {
            reference: question.reference.to_string(),
            your_question: resource.itself,
        });
        return Err(Failure::Problem(Box::new(problem)));
    }
    let mut answer = HttpResponse::Created();
    answer.insert_header((header::LOCATION, resource.itself.clone()));
    if submitted.repeated {
        answer.insert_header(("Idempotency-Replayed", "true"));
    }
    Ok(answer.json(&resource))
}

fn resource(service: &Service, submitted: &Submitted) -> Result<YourQuestion, ServiceError> {
    let token = service.link_token(submitted.question.id, submitted.question.link_version);
    let view = your_question::look(service, &token)?;
    YourQuestion::of(service, &token, &view)
}
