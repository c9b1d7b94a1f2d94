//! The acts on one question. Each form carries the version that its officer saw.

use actix_web::{http::StatusCode, web};
use askama::Template;

use crate::{
    domain::{
        codes::Code,
        id::QuestionId,
        reference::Reference,
        refusal::Refusal,
        standing_order::rejection::Ground,
        status::{Act, Status},
        wording::Wording,
    },
    service::{
        FieldError, Service, ServiceError,
        actor::Acting,
        admit_question, approve_question, arrange_for_questioner, dossier, judge_people,
        permission,
        reject_question::{self, Rejection},
        reopen_question, responses, your_question,
    },
    store::questions::Question,
    web::{
        Answer, Fields, Form, FormState, Staff,
        components::Choice,
        officer::{
            changed::{self, Again, Changed},
            preview::{self, Preview},
            question,
        },
        page::Page,
        pages,
    },
};

/// The version that a form was made for.
pub fn version(fields: &Fields) -> i32 {
    // one that can't be read never stands
    fields.value("version").parse().unwrap_or(-1)
}

pub(super) fn address(id: QuestionId) -> String {
    format!("/staff/questions/{id}")
}

/// The page for somebody who was second: what the first one did.
pub(super) async fn overtaken(
    staff: &Staff,
    id: QuestionId,
    why: String,
    fields: &Fields,
    act: Option<(Act, String, &'static str)>,
) -> Answer {
    let dossier = question::load(staff, id).await?;
    let now = dossier.question();
    let again = act
        .filter(|(act, _, _)| dossier.allows(*act) && now.version != version(fields))
        .map(|(_, action, button)| Again::new(action, button, fields, now.version));
    changed::page(
        staff,
        Changed {
            why,
            since: &dossier::since(&dossier.view.history, "version", version(fields)),
            stands: format!("The question is now {}.", now.status.words()),
            href: address(id),
            again,
        },
        fields,
    )
}

/// Runs an act of the question's page: on to the page, or the page again, or what changed.
async fn carry_out(
    staff: &Staff,
    id: QuestionId,
    form: &Form,
    (act, path, button): (Act, &str, &'static str),
    done: &str,
    run: impl FnOnce(&Service, &Acting, &Fields) -> Result<Question, ServiceError> + Send + 'static,
) -> Answer {
    let acting = staff.acting();
    let fields = form.fields.clone();
    let result = staff
        .run(move |service| run(service, &acting, &fields))
        .await;
    match result {
        Ok(_) => Ok(pages::see_other(&format!("{}?done={done}", address(id)))),
        Err(ServiceError::Invalid(errors)) => {
            question::again(staff, id, form.state().refused(errors)).await
        }
        Err(ServiceError::Refused(refusals))
            if act == Act::Reopen
                && refusals
                    .iter()
                    .all(|refusal| matches!(refusal, Refusal::SecondQuestion { .. })) =>
        {
            // the words of the refusal are for residents
            let error = FieldError::new(
                "reason",
                "second-question",
                "This rejection cannot be taken back: the same person or organisation has sent another question to the meeting since",
            );
            question::again(staff, id, form.state().refused([error])).await
        }
        Err(ServiceError::Conflict(why)) => {
            let action = format!("{}/{path}", address(id));
            overtaken(staff, id, why, &form.fields, Some((act, action, button))).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Approves.
pub async fn approve(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    let act = (Act::Approve, "approve", "Approve it all the same");
    carry_out(
        &staff,
        id,
        &form,
        act,
        "approved",
        move |service, acting, f| {
            approve_question::approve(service, acting, id, version(f), f.value("judgement"))
        },
    )
    .await
}

/// Takes a rejection back.
pub async fn reopen(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    let act = (
        Act::Reopen,
        "reopen",
        "Take the rejection back all the same",
    );
    carry_out(
        &staff,
        id,
        &form,
        act,
        "reopened",
        move |service, acting, f| {
            reopen_question::reopen(service, acting, id, version(f), f.value("reason"))
        },
    )
    .await
}

/// Admits by an exception.
pub async fn admit(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    let act = (Act::Admit, "admit", "Admit it all the same");
    carry_out(
        &staff,
        id,
        &form,
        act,
        "admitted",
        move |service, acting, f| {
            // the usual reason that was chosen, and what was written
            let reason = [f.value("usual"), f.value("reason")]
                .map(str::trim)
                .join(" ");
            admit_question::admit(service, acting, id, version(f), reason.trim())
        },
    )
    .await
}

/// Keeps a refused question for a written response.
pub async fn keep(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    let act = (
        Act::Owe,
        "keep",
        "Keep it for a written response all the same",
    );
    carry_out(&staff, id, &form, act, "kept", move |service, acting, f| {
        responses::keep_for_response(service, acting, id, version(f))
    })
    .await
}

/// Notes what has been arranged for the questioner at the meeting.
pub async fn arrange(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    let acting = staff.acting();
    let fields = form.fields.clone();
    let result = staff
        .run(move |service| {
            let note = fields.value("arranged");
            arrange_for_questioner::arrange(service, &acting, id, version(&fields), note)
        })
        .await;
    match result {
        Ok(_) => Ok(pages::see_other(&format!("{}?done=arranged", address(id)))),
        Err(ServiceError::Invalid(errors)) => {
            question::again(&staff, id, form.state().refused(errors)).await
        }
        Err(ServiceError::Conflict(why)) => overtaken(&staff, id, why, &form.fields, None).await,
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "officer/withdraw.html")]
struct WithdrawPage {
    page: Page,
    reference: String,
    text: String,
    version: i32,
    href: String,
}

/// Asks whether the questioner has said so.
pub async fn ask_withdraw(staff: Staff, id: web::Path<QuestionId>) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let dossier = question::load(&staff, *id).await?;
    let question = dossier.question();
    pages::page(&WithdrawPage {
        page: staff
            .page("Withdraw the question on the questioner’s word")
            .within("/staff/questions"),
        reference: question.reference.to_string(),
        text: question.public_text.clone(),
        version: question.version,
        href: address(question.id),
    })
}

/// Withdraws at the questioner's word.
pub async fn withdraw(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    let act = (Act::Withdraw, "withdraw", "Withdraw it all the same");
    carry_out(
        &staff,
        id,
        &form,
        act,
        "withdrawn",
        move |service, acting, f| your_question::withdraw_for(service, acting, id, version(f)),
    )
    .await
}

#[derive(Template)]
#[template(path = "officer/reject.html")]
struct RejectPage {
    page: Page,
    form: FormState,
    /// What has happened to the question meanwhile; empty where nothing has.
    notice: &'static str,
    officer: bool,
    grounds: Vec<Choice>,
    text: String,
    version: i32,
    href: String,
}

#[derive(Template)]
#[template(path = "officer/reject_preview.html")]
struct RejectPreviewPage {
    page: Page,
    letter: Preview,
    fields: Vec<(String, String)>,
    href: String,
}

pub(super) fn chosen(fields: &[&str]) -> Vec<Ground> {
    let mut grounds: Vec<Ground> = fields
        .iter()
        .filter_map(|code| Ground::from_code(code))
        .collect();
    grounds.sort();
    grounds.dedup();
    grounds
}

fn rejection(fields: &Fields) -> Rejection {
    Rejection {
        grounds: chosen(&fields.values("grounds")),
        reason: fields.value("reason").to_owned(),
        earlier: fields.value("earlier").to_owned(),
        other: fields.value("other").to_owned(),
    }
}

/// The rejection's wording, proposed from the grounds, with the earlier question that was chosen, or else the likeliest.
pub async fn write_rejection(
    staff: Staff,
    id: web::Path<QuestionId>,
    query: web::Query<Vec<(String, String)>>,
) -> Answer {
    let codes: Vec<&str> = query
        .iter()
        .filter(|(name, _)| name == "grounds")
        .map(|(_, code)| code.as_str())
        .collect();
    let grounds = chosen(&codes);
    let dossier = question::load(&staff, *id).await?;
    let wording = staff.service().wording(dossier.view.meeting.meeting());
    let proposed = proposed(&grounds, &wording);
    let other = query
        .iter()
        .find(|(name, _)| name == "other")
        .and_then(|(_, reference)| Reference::parse(reference).ok())
        .map(|reference| reference.to_string())
        .unwrap_or_default();
    let mut form = FormState::blank()
        .with("reason", proposed.clone())
        .with("proposed", proposed)
        .with("other", other)
        .with("version", dossier.question().version.to_string());
    let named = query
        .iter()
        .find(|(name, _)| name == "earlier")
        .and_then(|(_, reference)| Reference::parse(reference).ok())
        .map(|reference| reference.to_string());
    let best = dossier.matches.first();
    if let Some(earlier) = named.or_else(|| Some(best?.earlier.reference.clone())) {
        form = form.with("earlier", earlier);
    }
    reject_page(&staff, &dossier, form, &grounds)
}

/// The reason that is proposed for these grounds.
pub(super) fn proposed(grounds: &[Ground], wording: &Wording<'_>) -> String {
    grounds
        .iter()
        .map(|ground| ground.proposed_reason(wording))
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// The same text, whatever a browser does to its line ends.
fn same_text(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

fn reject_page(
    staff: &Staff,
    dossier: &dossier::Dossier,
    form: FormState,
    grounds: &[Ground],
) -> Answer {
    let question = dossier.question();
    let wrong = form.has_errors();
    let notice = match question.status {
        Status::Approved => {
            "This question has been approved, and the questioner has been told so. Rejecting it takes the approval back."
        }
        _ => "",
    };
    let template = RejectPage {
        page: staff
            .page("Write the rejection")
            .within("/staff/questions")
            .with_errors(wrong),
        notice,
        officer: dossier.officer(),
        grounds: question::ground_choices(
            &staff.service().wording(dossier.view.meeting.meeting()),
            grounds,
            dossier.officer(),
        ),
        text: question.public_text.clone(),
        version: form.value("version").parse().unwrap_or(-1),
        href: address(question.id),
        form,
    };
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    pages::page_with(status, &template)
}

/// Shows the letter of a rejection, goes back to its wording, or sends it.
pub async fn reject(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    let rejection = rejection(&form.fields);
    let grounds = rejection.grounds.clone();
    let step = form.fields.value("step").to_owned();
    if step == "change" {
        let dossier = question::load(&staff, id).await?;
        return reject_page(&staff, &dossier, form.state(), &grounds);
    }
    let asked = form.fields.value("proposed");
    if step == "preview"
        && !asked.is_empty()
        && !grounds.is_empty()
        && same_text(&rejection.reason, asked)
    {
        // perhaps other grounds were ticked, while the reason is still the one that was proposed for the first ones
        let dossier = question::load(&staff, id).await?;
        let wording = staff.service().wording(dossier.view.meeting.meeting());
        let now_proposed = proposed(&grounds, &wording);
        if !same_text(asked, &now_proposed) {
            let error = FieldError::new(
                "reason",
                "changed",
                "Check the reason. It has been changed to fit the grounds that you chose",
            );
            let kept: Fields = form
                .fields
                .to_keep()
                .into_iter()
                .filter(|(name, _)| !matches!(name.as_str(), "reason" | "proposed"))
                .collect();
            let form = FormState::of(kept)
                .with("reason", now_proposed.clone())
                .with("proposed", now_proposed)
                .refused([error]);
            return reject_page(&staff, &dossier, form, &grounds);
        }
    }
    let acting = staff.acting();
    let seen = version(&form.fields);
    let sending = step == "send";
    let result = staff
        .run(move |service| {
            if sending {
                reject_question::reject(service, &acting, id, seen, &rejection).map(|_| None)
            } else {
                reject_question::preview(service, &acting, id, seen, &rejection).map(Some)
            }
        })
        .await;
    match result {
        Ok(None) => Ok(pages::see_other(&format!("{}?done=rejected", address(id)))),
        Ok(Some((asker, letter))) => {
            let service = staff.service();
            let mut fields = form.fields.to_keep();
            fields.retain(|(name, _)| name != "step");
            pages::page(&RejectPreviewPage {
                page: staff
                    .page("Check the letter before you send it")
                    .within("/staff/questions"),
                letter: preview::preview(service, &letter, &asker, service.now())?,
                fields,
                href: address(id),
            })
        }
        Err(ServiceError::Invalid(errors)) => {
            let dossier = question::load(&staff, id).await?;
            reject_page(&staff, &dossier, form.state().refused(errors), &grounds)
        }
        Err(ServiceError::Conflict(why)) => {
            let mut fields = form.fields.clone();
            // whoever goes on sees the letter first
            fields = fields
                .to_keep()
                .into_iter()
                .filter(|(name, _)| name != "step")
                .collect();
            let act = (
                Act::Reject,
                format!("{}/reject", address(id)),
                "Go on to the letter of the rejection",
            );
            overtaken(&staff, id, why, &fields, Some(act)).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Notes that the refusal by rule stands.
pub async fn stands(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    let id = id.into_inner();
    let act = (Act::Admit, "stands", "The refusal stands all the same");
    carry_out(
        &staff,
        id,
        &form,
        act,
        "stands",
        move |service, acting, f| judge_people::refusal_stands(service, acting, id, version(f)),
    )
    .await
}

#[derive(Template)]
#[template(path = "officer/two_people.html")]
struct TwoPeoplePage {
    page: Page,
    form: FormState,
    reference: String,
    other: String,
    reasons: String,
    version: i32,
    href: String,
}

/// Asks how it is known that two questioners are two people.
pub async fn ask_two_people(
    staff: Staff,
    id: web::Path<QuestionId>,
    query: web::Query<Vec<(String, String)>>,
) -> Answer {
    let other = query
        .iter()
        .find(|(name, _)| name == "other")
        .map(|(_, reference)| reference.clone())
        .unwrap_or_default();
    two_people_page(&staff, *id, FormState::blank().with("other", other)).await
}

async fn two_people_page(staff: &Staff, id: QuestionId, form: FormState) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let dossier = question::load(staff, id).await?;
    let question = dossier.question();
    let Some(similar) = dossier
        .similar
        .iter()
        .find(|similar| similar.question.reference.to_string() == form.value("other"))
    else {
        // the other one is not there any more, or does not look alike any more
        return Ok(pages::see_other(&address(id)));
    };
    let wrong = form.has_errors();
    let template = TwoPeoplePage {
        page: staff
            .page("Record that these are two people")
            .within("/staff/questions")
            .with_errors(wrong),
        reference: question.reference.to_string(),
        other: similar.question.reference.to_string(),
        reasons: similar
            .evidence
            .iter()
            .flat_map(|found| &found.reasons)
            .map(|likeness| likeness.words())
            .collect::<Vec<_>>()
            .join("; "),
        version: question.version,
        href: address(id),
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

/// Records that two questioners are two people.
pub async fn two_people(staff: Staff, id: web::Path<QuestionId>, form: Form) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let id = id.into_inner();
    let acting = staff.acting();
    let fields = form.fields.clone();
    let result = staff
        .run(move |service| {
            judge_people::two_people(
                service,
                &acting,
                id,
                version(&fields),
                fields.value("other"),
                fields.value("reason"),
            )
        })
        .await;
    match result {
        Ok(_) => Ok(pages::see_other(&format!(
            "{}?done=two-people",
            address(id)
        ))),
        Err(ServiceError::Invalid(errors)) => {
            two_people_page(&staff, id, form.state().refused(errors)).await
        }
        Err(ServiceError::Conflict(why)) => overtaken(&staff, id, why, &form.fields, None).await,
        Err(other) => Err(other.into()),
    }
}
