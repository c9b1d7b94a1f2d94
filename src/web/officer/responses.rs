//! `/staff/responses`: written responses owed and sent (clause (ix)); write, preview, send.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{
        codes::Code,
        id::{ResponseId, StaffId},
        local_time,
        standing_order::written_response::Reply,
    },
    service::{
        FieldError, ServiceError, desk, dossier,
        responses::{self, ResponseView, ToPublish, Which},
        visibility::Asker,
    },
    web::{
        Answer, Form, FormState, Staff,
        changes::{Change, changes},
        components::{Choice, FieldProblem, SummaryRow},
        officer::{
            changed::{self, Again, Changed},
            dates,
            decide::version,
            desk::sentence,
            preview::{self, Preview},
        },
        page::Page,
        pages,
    },
};

/// Written responses on one page.
const ON_A_PAGE: i64 = 25;

/// Which list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
    after: String,
}

#[derive(Template)]
#[template(path = "officer/responses.html")]
struct ResponsesPage {
    page: Page,
    sent: bool,
    unassigned: bool,
    rows: Vec<Row>,
    /// The first page, where this is another; and the next, where there is one.
    first: String,
    next: String,
}

struct Row {
    href: String,
    version: i32,
    /// The button that sends its owner a reminder; empty where none can be sent.
    chase: String,
    reference: String,
    name: String,
    meeting: String,
    due: String,
    overdue: bool,
    state: String,
    owner: String,
}

/// What is owed by due day, overdue first; or what was sent, latest first.
pub async fn list(staff: Staff, asked: web::Query<Asked>) -> Answer {
    let sent = asked.show == "sent";
    let unassigned = asked.show == "unassigned";
    let acting = staff.acting();
    let officer = staff.member().is_proper_officer();
    let which = match (unassigned, sent) {
        (true, _) => Which::Unassigned,
        (false, true) => Which::Sent(None),
        (false, false) => Which::Owed(None),
    };
    let after: Option<ResponseId> = asked.after.parse().ok();
    let (mut found, names) = staff
        .run(move |service| {
            let place = match after {
                Some(id) => {
                    let last = responses::look(service, &acting, id)?.response;
                    Some((last.due_on, last.id))
                }
                None => None,
            };
            let found = responses::list(service, &acting, which, place, ON_A_PAGE + 1)?;
            Ok((found, service.store.read(desk::staff_names)?))
        })
        .await?;
    let max = usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
    let more = found.len() > max;
    found.truncate(max);
    let list = format!("/staff/responses?show={}", asked.show);
    let next = match found.last() {
        Some(last) if more => format!("{list}&after={}", last.response.id),
        _ => String::new(),
    };
    let today = local_time::london_date(staff.service().now());
    pages::page(&ResponsesPage {
        page: staff.page("Written responses").at("/staff/responses"),
        sent,
        unassigned,
        first: if after.is_some() { list } else { String::new() },
        next,
        rows: found
            .iter()
            .map(|view| Row {
                href: format!("/staff/responses/{}", view.response.id),
                version: view.response.version,
                chase: if officer && !sent && view.response.owner_id.is_some() {
                    format!("Send a reminder about {}", view.question.question.reference)
                } else {
                    String::new()
                },
                reference: view.question.question.reference.to_string(),
                name: view.question.name().to_owned(),
                meeting: dossier::meeting_words(&view.question.meeting),
                due: local_time::long_date(view.response.due_on),
                overdue: !sent && view.response.due_on < today,
                state: sentence(view.response.state.words()),
                owner: view
                    .response
                    .owner_id
                    .and_then(|id| names.get(&id).cloned())
                    .unwrap_or_default(),
            })
            .collect(),
    })
}

#[derive(Template)]
#[template(path = "officer/response.html")]
struct ResponsePage {
    page: Page,
    form: FormState,
    done: String,
    href: String,
    version: i32,
    /// Whether its owner can be sent a reminder now.
    chase: bool,
    text: String,
    redacted: bool,
    facts: Vec<SummaryRow>,
    meeting_answer: String,
    supplementary: String,
    sent: Vec<SentRow>,
    owners: Vec<Choice>,
    replies: Vec<Choice>,
    state: String,
    overdue: bool,
    owed: bool,
}

struct SentRow {
    kind: &'static str,
    when: String,
    who: String,
    body: String,
    new_date: String,
}

#[derive(Template)]
#[template(path = "officer/response_preview.html")]
struct ResponsePreviewPage {
    page: Page,
    letter: Preview,
    /// The published version; none for a holding reply.
    published: Option<ToPublish>,
    error: String,
    problems: Vec<FieldProblem>,
    body: String,
    /// What a correction changes in the response that was sent: the words, and whether they were taken out or put in.
    changes: Vec<Change>,
    fields: Vec<(String, String)>,
    href: String,
}

fn reply_words(reply: Reply) -> &'static str {
    match reply {
        Reply::Full => "The written response",
        Reply::Holding => "A holding reply: it takes longer",
        Reply::Correction => "A correction of the response that was sent",
    }
}

/// One written response.
pub async fn show(
    staff: Staff,
    id: web::Path<ResponseId>,
    query: web::Query<Vec<(String, String)>>,
) -> Answer {
    let done = query
        .iter()
        .find(|(name, _)| name == "done")
        .map_or("", |(_, done)| done.as_str());
    page_of(&staff, *id, None, done).await
}

async fn page_of(staff: &Staff, id: ResponseId, typed: Option<FormState>, done: &str) -> Answer {
    let acting = staff.acting();
    let (view, responders, names) = staff
        .run(move |service| {
            Ok((
                responses::look(service, &acting, id)?,
                desk::responders(service, &acting)?,
                service.store.read(desk::staff_names)?,
            ))
        })
        .await?;
    let ResponseView { response, question } = &view;
    let wrong = typed.as_ref().is_some_and(FormState::has_errors);
    let form = typed.unwrap_or_else(|| {
        // a correction starts from what was sent
        let start = match responses::last_sent(&question.replies) {
            Some(sent) if response.draft.is_empty() && !response.state.is_owed() => {
                sent.body.clone()
            }
            _ => response.draft.clone(),
        };
        FormState::blank()
            .with("version", response.version.to_string())
            .with("body", start)
            .with(
                "owner",
                response
                    .owner_id
                    .map(|id| id.to_string())
                    .unwrap_or_default(),
            )
    });
    let owner = response.owner_id.and_then(|id| names.get(&id));
    let done = done_words(
        done,
        owner.map(String::as_str),
        response.owner_id == Some(staff.member().id),
    );
    let mut owners = vec![Choice::new("", "Unassigned")];
    owners.extend(
        responders
            .into_iter()
            .map(|(id, name)| Choice::new(id.to_string(), name)),
    );
    let possible: Vec<Reply> = [Reply::Full, Reply::Holding, Reply::Correction]
        .into_iter()
        .filter(|reply| response.state.after(*reply).is_ok())
        .collect();
    let chosen = if form.value("reply").is_empty() {
        possible.first().map_or("", |reply| reply.code()).to_owned()
    } else {
        form.value("reply").to_owned()
    };
    let replies = possible
        .iter()
        .map(|reply| Choice::new(reply.code(), reply_words(*reply)).checked(reply.code() == chosen))
        .collect();
    let today = local_time::london_date(staff.service().now());
    let minutes = &question.minutes;
    let template = ResponsePage {
        page: staff
            .page(format!(
                "Written response to {}",
                question.question.reference
            ))
            .within("/staff/responses")
            .with_errors(wrong),
        done,
        chase: staff.member().is_proper_officer()
            && response.state.is_owed()
            && response
                .owner_id
                .is_some_and(|owner| owner != staff.member().id),
        href: format!("/staff/responses/{id}"),
        version: form.value("version").parse().unwrap_or(-1),
        text: question.question.public_text.clone(),
        redacted: question.words_left_out,
        facts: facts(&view),
        meeting_answer: minutes.response.clone().unwrap_or_default(),
        supplementary: [&minutes.supplementary_text, &minutes.supplementary_response]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join("\n\n"),
        sent: question
            .replies
            .iter()
            .map(|sent| SentRow {
                kind: match sent.reply {
                    Reply::Full => "Written response",
                    Reply::Holding => "Holding reply",
                    Reply::Correction => "Correction",
                },
                when: local_time::day_at_time(sent.replied_at),
                who: names.get(&sent.staff_id).cloned().unwrap_or_default(),
                body: sent.body.clone(),
                new_date: sent
                    .new_due_on
                    .map(local_time::long_date)
                    .unwrap_or_default(),
            })
            .collect(),
        owners,
        replies,
        state: sentence(response.state.words()),
        overdue: response.state.is_owed() && response.due_on < today,
        owed: response.state.is_owed(),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

/// What is said above the page once something was done.
fn done_words(done: &str, owner: Option<&str>, own: bool) -> String {
    match (done, owner) {
        ("saved", _) => "Your draft has been saved. It has not been sent.".to_owned(),
        ("assigned", Some(_)) if own => "Assigned to you.".to_owned(),
        ("assigned", Some(owner)) => format!("Assigned to {owner}. We have emailed them."),
        ("assigned", None) => "Unassigned.".to_owned(),
        ("sent", _) => "Your reply is being sent.".to_owned(),
        ("printed", _) => "Your reply is ready to print.".to_owned(),
        ("chased", Some(owner)) => format!("Reminder sent to {owner}."),
        _ => String::new(),
    }
}

fn facts(view: &ResponseView) -> Vec<SummaryRow> {
    let ResponseView { response, question } = view;
    let to = match &question.asker {
        Asker::Known(details) => match &details.email {
            Some(email) => format!("{}, by email to {email}", details.name),
            None => format!(
                "{}, by post: {}, {}",
                details.name,
                details.address.replace('\n', ", "),
                details.postcode
            ),
        },
        Asker::Withheld { by_email: true, .. } => "The questioner, by email".to_owned(),
        Asker::Withheld {
            by_email: false, ..
        } => "The questioner, by post".to_owned(),
        Asker::Removed => "The questioner’s details have been removed".to_owned(),
    };
    vec![
        SummaryRow::new("Meeting", dossier::meeting_words(&question.meeting)),
        SummaryRow::new("About", question.matter.clone()),
        SummaryRow::new(
            "Why it is owed",
            format!("{}.", sentence(response.reason.about_questioner())),
        ),
        SummaryRow::new("Owed from", local_time::long_date(response.owed_from)),
        SummaryRow::new("Due", local_time::long_date(response.due_on)),
        SummaryRow::new("Goes to", to),
    ]
}

/// Saves the draft, shows the letter, goes back to the words, or sends.
pub async fn act(staff: Staff, id: web::Path<ResponseId>, form: Form) -> Answer {
    let id = id.into_inner();
    let step = form.fields.value("step").to_owned();
    if step == "change" {
        return page_of(&staff, id, Some(form.state()), "").await;
    }
    let seen = version(&form.fields);
    let body = form.fields.value("body").to_owned();
    let published = form.fields.value("published").to_owned();
    let reply = Reply::from_code(form.fields.value("reply"));
    let owner: Option<StaffId> = form.fields.value("owner").parse().ok();
    let acting = staff.acting();
    if step == "chase" {
        let chased = staff
            .run(move |service| responses::chase(service, &acting, id, seen).map(drop))
            .await;
        return settle(&staff, id, &form, chased, "chased").await;
    }
    if step == "save" {
        let was = staff
            .run({
                let acting = acting.clone();
                move |service| responses::look(service, &acting, id)
            })
            .await?;
        let done = if was.response.owner_id == owner {
            "saved"
        } else {
            "assigned"
        };
        let saved = staff
            .run(move |service| {
                responses::save_draft(service, &acting, id, seen, &body, owner).map(drop)
            })
            .await;
        let member = staff.member();
        if saved.is_ok()
            && !member.is_proper_officer()
            && owner.is_some_and(|owner| owner != member.id)
        {
            // it is a colleague's now, and theirs to read
            return Ok(pages::see_other("/staff/responses"));
        }
        return settle(&staff, id, &form, saved, done).await;
    }
    let Some(reply) = reply else {
        let problem = FieldError::new("reply", "choice", "Select what to send");
        return page_of(&staff, id, Some(form.state().refused([problem])), "").await;
    };
    let new_due_on = match reply {
        Reply::Holding => {
            let what = "the date by which you will send the response";
            match dates::date(&form.fields, "new_due_on", NEW_DATE, what) {
                Ok(date) => Some(date),
                Err(problem) => {
                    let mut problems = vec![problem];
                    if body.trim().is_empty() {
                        problems.push(FieldError::new("body", "empty", "Enter the response"));
                    }
                    return page_of(&staff, id, Some(form.state().refused(problems)), "").await;
                }
            }
        }
        Reply::Full | Reply::Correction => None,
    };
    if step == "send" {
        let sent = staff
            .run(move |service| {
                let published = Some(published.as_str()).filter(|_| reply != Reply::Holding);
                responses::send(
                    service, &acting, id, seen, reply, &body, published, new_due_on,
                )
                .map(drop)
            })
            .await;
        return match sent {
            Err(ServiceError::Invalid(errors))
                if errors.iter().any(|error| error.field == "published") =>
            {
                preview_of(&staff, id, &form, reply, errors).await
            }
            sent => settle(&staff, id, &form, sent, "sent").await,
        };
    }
    preview_of(&staff, id, &form, reply, Vec::new()).await
}

/// Shows the letter and the published version, which can be edited there.
async fn preview_of(
    staff: &Staff,
    id: ResponseId,
    form: &Form,
    reply: Reply,
    errors: Vec<FieldError>,
) -> Answer {
    let acting = staff.acting();
    let seen = version(&form.fields);
    let body = form.fields.value("body").to_owned();
    let new_due_on = dates::date(&form.fields, "new_due_on", NEW_DATE, "")
        .ok()
        .filter(|_| reply == Reply::Holding);
    let typed = form.fields.value("published").to_owned();
    // what was agreed holds for the words that it was agreed for
    let stands = form.fields.value("published_for") == body && !typed.trim().is_empty();
    let previewed = staff
        .run(move |service| {
            let view = responses::look(service, &acting, id)?;
            if view.response.version != seen {
                return Err(ServiceError::changed());
            }
            let letter = responses::letter(service, &view, reply, &body, new_due_on)?;
            let typed = Some(typed.as_str()).filter(|_| stands);
            let published = responses::to_publish(service, &view, reply, &body, typed)?;
            Ok((view, letter, published))
        })
        .await;
    match previewed {
        Ok((view, letter, published)) => {
            let service = staff.service();
            let mut fields = form.fields.to_keep();
            fields.retain(|(name, _)| {
                !matches!(name.as_str(), "step" | "published" | "published_for")
            });
            pages::page(&ResponsePreviewPage {
                page: staff
                    .page("Check the letter before you send it")
                    .within("/staff/responses"),
                letter: preview::preview(service, &letter, &view.question.asker, service.now())?,
                published,
                error: errors
                    .first()
                    .map(|error| error.message.to_string())
                    .unwrap_or_default(),
                problems: errors
                    .iter()
                    .map(|error| FieldProblem::new(error.field, &error.message))
                    .collect(),
                body: form.fields.value("body").to_owned(),
                changes: match responses::last_sent(&view.question.replies) {
                    Some(sent) if reply == Reply::Correction => {
                        changes(&sent.body, form.fields.value("body"))
                    }
                    _ => Vec::new(),
                },
                fields,
                href: format!("/staff/responses/{id}"),
            })
        }
        Err(error) => settle(staff, id, form, Err(error), "").await,
    }
}

/// The first of the three boxes of a holding reply's new date.
const NEW_DATE: &str = "new_due_on-day";

async fn settle(
    staff: &Staff,
    id: ResponseId,
    form: &Form,
    result: Result<(), ServiceError>,
    done: &str,
) -> Answer {
    let href = format!("/staff/responses/{id}");
    match result {
        Ok(()) => Ok(pages::see_other(&format!("{href}?done={done}"))),
        Err(ServiceError::Invalid(errors)) => {
            let errors = errors.into_iter().map(|error| FieldError {
                field: match error.field {
                    "new_due_on" => NEW_DATE,
                    other => other,
                },
                ..error
            });
            page_of(staff, id, Some(form.state().refused(errors)), "").await
        }
        Err(ServiceError::Conflict(why)) => {
            let acting = staff.acting();
            let view = staff
                .run(move |service| responses::look(service, &acting, id))
                .await?;
            let mut fields: crate::web::Fields = form
                .fields
                .to_keep()
                .into_iter()
                .filter(|(name, _)| name != "step")
                .collect();
            let seen = version(&fields);
            let again = (view.response.version != seen).then(|| {
                // back to the words: nothing is overwritten before it was looked at
                fields = fields
                    .to_keep()
                    .into_iter()
                    .chain([("step".to_owned(), "change".to_owned())])
                    .collect();
                Again::new(
                    href.clone(),
                    "Go on with what you typed",
                    &fields,
                    view.response.version,
                )
            });
            changed::page(
                staff,
                Changed {
                    why,
                    since: &dossier::since(&view.question.history, "response_version", seen),
                    stands: format!(
                        "The written response is now {}.",
                        view.response.state.words()
                    ),
                    href,
                    again,
                },
                &fields,
            )
        }
        Err(other) => Err(other.into()),
    }
}
