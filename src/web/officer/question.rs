//! `/staff/questions/{id}`: all the evidence about a question, and the decision in the same place.

use actix_web::{http::StatusCode, web};
use askama::Template;

use crate::{
    domain::{
        codes::Code,
        id::QuestionId,
        local_time,
        meeting::MeetingStatus,
        personal_details::{Detail, Own},
        questioner::{Confirmation, Naming},
        same_person::Likelihood,
        similarity::{Band, explanation::explain},
        standing_order::{
            Exception,
            rejection::{DecidedBy, Ground},
        },
        status::{Act, Status},
        wording::Wording,
    },
    service::{
        dossier::{self, Dossier},
        evidence, views,
        visibility::{Asker, QuestionForStaff, SimilarForStaff},
    },
    store::questions::{DecisionKind, Question, QuestionerDetails},
    web::{
        Answer, FormState, Staff,
        components::{Choice, SummaryRow},
        marked::{Marked, few, marked},
        officer::{
            desk::{refusals_in_short, sentence},
            history::{self, Line},
            letters, other_item,
            preview::{self, Preview},
        },
        page::Page,
        pages, personal,
    },
};

#[derive(Template)]
#[template(path = "officer/question.html")]
struct QuestionPage {
    page: Page,
    form: FormState,
    done: &'static str,
    id: QuestionId,
    version: i32,
    status: String,
    colour: &'static str,
    left: String,
    public_text: String,
    /// Personal details in it, where somebody can still take them out.
    personal: Vec<personal::Marked>,
    redacted: bool,
    original: Option<String>,
    facts: Vec<SummaryRow>,
    who: Vec<SummaryRow>,
    /// The form for what has been arranged, as it stands or as it was typed; none for whoever may not write it.
    arranged: Option<String>,
    refusals: Vec<RefusalRow>,
    matches: Vec<MatchRow>,
    /// The strong matches by their references, where approving needs a reason; empty otherwise.
    to_judge: String,
    window: String,
    similar: Vec<SimilarRow>,
    decisions: Vec<Line>,
    exceptions: Vec<Line>,
    /// Whether the letters may be seen.
    officer: bool,
    letters: Vec<LetterRow>,
    history: Vec<Line>,
    grounds: Vec<Choice>,
    usual_reasons: Vec<Choice>,
    may: May,
    /// Whether it can be recorded under another agenda item.
    may_change_item: bool,
    /// Why clause (ii) or (vi) keeps it from being approved; empty where nothing does.
    agenda_refusal: String,
    approval: Option<Preview>,
    response_href: String,
    /// Where several like it are rejected at once; empty where it does not wait for a decision.
    several_href: String,
    /// The live questions that hold the allowance which this one would need.
    holders: Vec<HolderRow>,
}

struct HolderRow {
    reference: String,
    href: String,
    /// Where this question is admitted in its place; empty where that is not possible.
    in_place_href: String,
    status: &'static str,
}

impl QuestionPage {
    /// What stands over the grounds: a chair has nothing before them to choose from.
    fn reject_legend(&self) -> &'static str {
        if self.may.approve {
            "Or reject it because"
        } else {
            "Reject it because"
        }
    }

    /// Whether there is anything under "More".
    fn has_more(&self) -> bool {
        let may = &self.may;
        !self.response_href.is_empty() || may.redact || may.minutes || may.withdraw
    }

    fn reason_label(&self) -> &'static str {
        if self.usual_reasons.is_empty() {
            "Reason for the exception"
        } else {
            "The reason in other words, or more to it"
        }
    }
}

/// What whoever looks may do now.
struct May {
    /// Whether nothing stands against admitting it, so that it takes no exception.
    admit_plainly: bool,
    stand: bool,
    approve: bool,
    reject: bool,
    reopen: bool,
    admit: bool,
    keep: bool,
    withdraw: bool,
    redact: bool,
    minutes: bool,
}

struct RefusalRow {
    title: &'static str,
    reason: String,
    clause: String,
    exception: &'static str,
}

/// An earlier question beside this one.
struct MatchRow {
    reference: String,
    href: String,
    strong: bool,
    /// Whether the reason why the strong matches are not the same is written after this one.
    judged_here: bool,
    /// How likely it is that the two are the same.
    per_cent: u32,
    both: String,
    only_here: String,
    only_there: String,
    put: String,
    here: Vec<Marked>,
    there: Vec<Marked>,
    summary: String,
    answer: String,
    supplementary: String,
}

/// Another question that may be from the same person.
struct SimilarRow {
    reference: String,
    href: String,
    summary: String,
    likelihood: &'static str,
    colour: &'static str,
    reasons: String,
    contested: bool,
    this: Vec<SummaryRow>,
    that: Vec<SummaryRow>,
    this_text: String,
    that_text: String,
    /// Where it is decided that they are one person; empty where this question cannot be rejected.
    same_person_href: String,
    /// Where it is recorded that they are two; empty where it was, or where an exception has to record it.
    two_people_href: String,
    /// Whether it was recorded that they are two.
    apart: bool,
}

struct LetterRow {
    /// Where it can be read; empty for whoever may not.
    href: String,
    kind: &'static str,
    state: &'static str,
    colour: &'static str,
    when: String,
    error: String,
}

/// What the questioner has given about themselves. A name that may be published is nothing to warn of.
pub(super) fn own(details: Option<&QuestionerDetails>) -> Own<'_> {
    details.map_or_else(Own::default, |details| Own {
        name: if details.publish_name {
            ""
        } else {
            &details.name
        },
        address: &details.address,
        postcode: &details.postcode,
        email: details.email.as_deref().unwrap_or_default(),
        telephone: details.telephone.as_deref().unwrap_or_default(),
    })
}

/// The page of a question.
pub async fn show(
    staff: Staff,
    id: web::Path<QuestionId>,
    query: web::Query<Vec<(String, String)>>,
) -> Answer {
    let done = query
        .iter()
        .find(|(name, _)| name == "done")
        .map_or("", |(_, done)| words_of_done(done));
    let dossier = load(&staff, *id).await?;
    render(&staff, &dossier, FormState::blank(), done, StatusCode::OK)
}

/// The page once more, with what was wrong with a form on it.
pub async fn again(staff: &Staff, id: QuestionId, form: FormState) -> Answer {
    let dossier = load(staff, id).await?;
    render(staff, &dossier, form, "", StatusCode::UNPROCESSABLE_ENTITY)
}

/// The file of a question, as this member of staff may see it.
///
/// # Errors
/// Those of the service.
pub async fn load(staff: &Staff, id: QuestionId) -> Result<Dossier, crate::service::ServiceError> {
    let acting = staff.acting();
    staff
        .run(move |service| dossier::dossier(service, &acting, id))
        .await
}

fn words_of_done(done: &str) -> &'static str {
    match done {
        "approved" => "The question is approved. The letter is on its way.",
        "rejected" => "The question is rejected. The letter is on its way.",
        "reopened" => "The rejection is taken back. The letter is on its way.",
        "admitted" => "The question is admitted. It now waits for a decision.",
        "in-place" => {
            "The question is admitted in place of the other one. Both letters are on their way."
        }
        "two-people" => "It is recorded that these are two people.",
        "stands" => "The refusal stands. The question no longer waits for a decision.",
        "kept" => "A written response is owed. The questioner is told by when.",
        "withdrawn" => "The question is withdrawn.",
        "details" => "Contact details saved. Letters go to them from now on.",
        "link" => "Private link replaced. Links in earlier letters no longer work.",
        "redacted" => {
            "What is published has been changed, and the questioner is being told. The original is kept."
        }
        "item" => "Agenda item changed. The questioner is being told.",
        "entered" => "The question is entered.",
        "minutes" => "What the minutes say is saved.",
        "arranged" => "Arrangements saved. The chair sees them at the meeting.",
        _ => "",
    }
}

fn render(
    staff: &Staff,
    dossier: &Dossier,
    form: FormState,
    done: &'static str,
    status: StatusCode,
) -> Answer {
    let service = staff.service();
    let now = service.now();
    let view = &dossier.view;
    let question = dossier.question();
    let names = |id: &crate::domain::id::StaffId| {
        dossier
            .names
            .get(id)
            .cloned()
            .unwrap_or_else(|| "A member of staff".to_owned())
    };
    // what stands against approving it matters only while somebody could
    let agenda_refusal = if question.status.is_live() {
        other_item::refusal(question, &view.meeting, &service.settings.council.rule)
    } else {
        String::new()
    };
    let may = May {
        admit_plainly: dossier.allows(Act::Admit) && dossier.nothing_stands(),
        stand: dossier.may_let_stand(),
        approve: dossier.allows(Act::Approve) && agenda_refusal.is_empty(),
        reject: dossier.allows(Act::Reject),
        reopen: dossier.allows(Act::Reopen),
        admit: dossier.allows(Act::Admit)
            && dossier
                .standing
                .iter()
                .all(|refusal| Exception::for_refusal(refusal).is_some()),
        keep: dossier.may_be_kept(),
        withdraw: dossier.allows(Act::Withdraw),
        redact: dossier.officer(),
        minutes: question.put_on.is_some()
            || matches!(
                question.status,
                Status::Answered | Status::DealtWith | Status::ResponseOwed | Status::Responded
            ),
    };
    let approval = match &dossier.approval {
        Some(letter) => Some(preview::preview(service, letter, &view.asker, now)?),
        None => None,
    };
    let arranged = view.asker.details().map(|details| {
        if form.error("arranged").is_empty() {
            details.arranged.clone().unwrap_or_default()
        } else {
            form.value("arranged").to_owned()
        }
    });
    let matches = matches(dossier, may.approve);
    let wording = service.wording(view.meeting.meeting());
    let template = QuestionPage {
        page: staff
            .page(format!(
                "{} from {}",
                question.reference,
                view.name()
            ))
            .within("/staff/questions")
            .with_errors(form.has_errors()),
        form,
        done,
        id: question.id,
        version: question.version,
        status: sentence(question.status.words()),
        colour: colour(question.status),
        left: local_time::time_left(now, view.meeting.starts_at()).unwrap_or_default(),
        public_text: question.public_text.clone(),
        personal: personal::marked(
            [question.public_text.as_str()],
            &own(view.asker.details()),
            Detail::to_the_officer,
        ),
        redacted: view.words_left_out,
        original: Some(&question.original_text)
            .filter(|_| dossier.officer() && view.words_left_out)
            .cloned(),
        facts: facts(view),
        who: who(view),
        arranged,
        refusals: question
            .refusals
            .iter()
            .map(|refusal| RefusalRow {
                title: refusal.title(),
                reason: refusal.reason(),
                clause: wording.cite(refusal.clause()),
                exception: match Exception::for_refusal(refusal) {
                    Some(Exception::Late) => {
                        "You can admit it by an exception, if the service was at fault, say, or answer it in writing."
                    }
                    Some(Exception::SecondQuestion) => {
                        "You can admit it by an exception, if these are two people who share details, say."
                    }
                    Some(Exception::OutsideBorough) => {
                        "You can admit it by an exception, if the list of postcodes is wrong."
                    }
                    None => "No exception can set this aside. It can be answered in writing.",
                },
            })
            .collect(),
        to_judge: if may.approve {
            in_words(matches.iter().filter(|found| found.strong))
        } else {
            String::new()
        },
        window: wording.window(),
        matches,
        similar: dossier
            .similar
            .iter()
            .map(|similar| similar_row(dossier, similar))
            .collect(),
        decisions: view
            .decisions
            .iter()
            .map(|decision| {
                let grounds = decision.grounds.iter().map(|ground| {
                    format!("{} ({})", ground.words(&wording), wording.cite(ground.clause()))
                });
                let earlier = decision
                    .earlier
                    .and_then(|id| dossier.references.get(&id))
                    .map(|reference| {
                        if decision.same_as().is_some() || decision.kind == DecisionKind::MatchJudged {
                            format!("Earlier question {reference}")
                        } else {
                            format!("Other question {reference}")
                        }
                    });
                Line {
                    when: local_time::day_at_time(decision.decided_at),
                    who: names(&decision.staff_id),
                    what: match decision.kind {
                        DecisionKind::Approved => "approved the question",
                        DecisionKind::Rejected => "rejected the question",
                        DecisionKind::Reopened => "took the rejection back",
                        DecisionKind::Reconsidered => "undid the approval",
                        DecisionKind::MatchJudged => "judged it not the same as an earlier question",
                        DecisionKind::Replaced => "admitted another question in its place",
                        DecisionKind::TwoPeople => "decided that its questioner and another are two people",
                        DecisionKind::RefusalStands => "decided that the refusal stands",
                    }
                    .to_owned(),
                    more: grounds
                        .chain(earlier)
                        .chain(decision.reason.clone())
                        .collect::<Vec<_>>()
                        .join(". "),
                }
            })
            .collect(),
        exceptions: view
            .exceptions
            .iter()
            .map(|made| Line {
                when: local_time::day_at_time(made.made_at),
                who: names(&made.staff_id),
                what: match made.exception {
                    Exception::Late => "admitted it although it was late",
                    Exception::SecondQuestion => "admitted it as a second question",
                    Exception::OutsideBorough => {
                        "admitted it although the list shows the postcode outside the borough"
                    }
                }
                .to_owned(),
                more: made.reason.clone(),
            })
            .collect(),
        officer: dossier.officer(),
        letters: view
            .letters
            .iter()
            .map(|letter| LetterRow {
                href: if dossier.officer() {
                    format!("/staff/letters/{}", letter.id)
                } else {
                    String::new()
                },
                kind: letters::kind_words(&letter.kind),
                state: letters::state_words(letter.state),
                colour: letters::state_colour(letter.state),
                when: local_time::day_at_time(letter.created_at),
                error: letter.last_error.clone().unwrap_or_default(),
            })
            .collect(),
        history: history::lines(&view.history),
        grounds: ground_choices(&wording, &[], dossier.officer()),
        holders: dossier
            .holders
            .iter()
            .map(|holder| HolderRow {
                reference: holder.reference.to_string(),
                href: format!("/staff/questions/{}", holder.id),
                in_place_href: if dossier.allows(Act::Admit) {
                    format!("/staff/questions/{}/in-place?of={}", question.id, holder.id)
                } else {
                    String::new()
                },
                status: holder.status.words(),
            })
            .collect(),
        usual_reasons: dossier
            .standing
            .iter()
            .filter_map(Exception::for_refusal)
            .flat_map(|exception| exception.usual_reasons())
            .map(|reason| Choice::new(*reason, *reason))
            .collect(),
        may,
        may_change_item: dossier.officer()
            && question.status.is_live()
            && view.meeting.meeting().status == MeetingStatus::Scheduled
            && !view.meeting.agenda.is_empty(),
        agenda_refusal,
        approval,
        several_href: if question.status == Status::Submitted {
            format!(
                "/staff/meetings/{}/reject-several?like={}",
                question.meeting_id, question.reference
            )
        } else {
            String::new()
        },
        response_href: match &view.response {
            Some(response) if staff.member().may_respond() => {
                format!("/staff/responses/{}", response.id)
            }
            _ => String::new(),
        },
    };
    pages::page_with(status, &template)
}

/// The colour of a status.
pub fn colour(status: Status) -> &'static str {
    match status {
        Status::Submitted => "yellow",
        Status::Approved | Status::Answered | Status::DealtWith | Status::Responded => "green",
        Status::Rejected | Status::Refused => "red",
        Status::ResponseOwed => "orange",
        Status::Replaced | Status::Withdrawn | Status::Disowned | Status::NotPut => "grey",
    }
}

/// The grounds to choose from, each with its clause: all for the proper officer, those of clauses (v) and (vi) for a chair.
pub fn ground_choices(wording: &Wording<'_>, chosen: &[Ground], officer: bool) -> Vec<Choice> {
    Ground::ALL
        .iter()
        .filter(|ground| officer || ground.decided_by() == DecidedBy::ChairOrProperOfficer)
        .map(|ground| {
            Choice::new(ground.code(), ground.words(wording))
                .hint(wording.cite(ground.clause()))
                .checked(chosen.contains(ground))
        })
        .collect()
}

fn facts(view: &QuestionForStaff) -> Vec<SummaryRow> {
    let question = &view.question;
    let meeting = view.meeting.meeting();
    let mut rows = vec![
        SummaryRow::new(
            "Meeting",
            format!(
                "{}, {}",
                view.meeting.board.name,
                local_time::time_on_day(view.meeting.starts_at())
            ),
        )
        .action(
            format!("/staff/meetings/{}", meeting.id),
            "See",
            "the meeting",
        ),
        SummaryRow::new("About", view.matter.clone()),
        SummaryRow::new("Received", received(question)),
        SummaryRow::new("Deadline", local_time::time_on_day(question.deadline_at)),
    ];
    if question.recorded_at != question.received_at && question.channel.entered_by_officer() {
        rows.push(SummaryRow::new(
            "Entered",
            local_time::moment(question.recorded_at),
        ));
    }
    if let Some(difference) = &question.difference {
        rows.push(SummaryRow::new(
            "Why it differs, in the questioner’s words",
            difference.clone(),
        ));
    }
    rows
}

fn received(question: &Question) -> String {
    let late = question.received_at > question.deadline_at;
    let near = (question.received_at - question.deadline_at)
        .num_seconds()
        .abs()
        < 60;
    let at = if near {
        local_time::exact_moment(question.received_at)
    } else {
        local_time::moment(question.received_at)
    };
    format!(
        "{at}, {}. {} the deadline.",
        question.channel.words(),
        if late { "After" } else { "Before" }
    )
}

fn who(view: &QuestionForStaff) -> Vec<SummaryRow> {
    let published = SummaryRow::new("Name as published", view.question.published_name.clone());
    let called = SummaryRow::new(
        "Called at the meeting",
        views::room_name(&view.question, &view.meeting).to_string(),
    );
    let Asker::Known(details) = &view.asker else {
        let mut rows = vec![published, called];
        if view.under_18 == Some(true) {
            rows.push(SummaryRow::new("Under 18", "Yes"));
        }
        return rows;
    };
    let given = |value: &Option<String>| value.clone().unwrap_or_else(|| "Not given".to_owned());
    let mut rows = vec![SummaryRow::new("Name", details.name.clone())];
    if let Some(carer) = &details.carer_name {
        rows.push(SummaryRow::new("Under 18", "Yes"));
        rows.push(SummaryRow::new("Parent or carer", carer.clone()));
    }
    if details.organisation.is_some() {
        rows.push(SummaryRow::new(
            "Organisation",
            given(&details.organisation),
        ));
    }
    rows.extend([
        SummaryRow::new(
            "Name to use in public",
            match view.question.naming {
                Naming::Name => "Their own name",
                Naming::Organisation => "Only the name of the organisation",
                Naming::Withheld => "None",
            },
        ),
        called,
        published,
        SummaryRow::new("Address", details.address.clone()),
        SummaryRow::new(
            "Postcode",
            format!(
                "{}: {}",
                details.postcode,
                view.question.postcode_check.words()
            ),
        ),
        SummaryRow::new(
            "Says that they live in the borough",
            if details.resident { "Yes" } else { "No" },
        ),
        SummaryRow::new("Email", given(&details.email)),
        SummaryRow::new("Email confirmed", confirmed(details)),
        SummaryRow::new("Telephone", given(&details.telephone)),
        SummaryRow::new("Needs for the meeting", given(&details.needs)),
    ]);
    rows
}

/// "PQ-2023-7KX4 and PQ-2023-8ABC".
fn in_words<'a>(matches: impl Iterator<Item = &'a MatchRow>) -> String {
    let references: Vec<&str> = matches.map(|found| found.reference.as_str()).collect();
    match references.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => references.concat(),
    }
}

fn matches(dossier: &Dossier, may_approve: bool) -> Vec<MatchRow> {
    // they come best first, so the strong ones are together
    let strong = evidence::strong(&dossier.matches).count();
    let mut rows = Vec::new();
    for (found, number) in dossier.matches.iter().zip(1..) {
        let earlier = &found.earlier;
        let why = explain(&dossier.question().public_text, &earlier.text);
        rows.push(MatchRow {
            reference: earlier.reference.clone(),
            href: format!("/staff/questions/{}", found.question.id),
            strong: found.band == Band::Strong,
            judged_here: may_approve && number == strong,
            // it is from 0 to 1
            per_cent: (found.likelihood * 100.0).round().clamp(1.0, 99.0) as u32,
            both: few(&why.shared),
            only_here: few(&why.only_here),
            only_there: few(&why.only_there),
            put: format!(
                "Put at the {} on {}",
                earlier.board,
                local_time::long_date(earlier.meeting_date)
            ),
            here: marked(&why.here),
            there: marked(&why.there),
            summary: format!("The answer to {}", earlier.reference),
            answer: earlier
                .answer()
                .unwrap_or("No answer is on record.")
                .to_owned(),
            supplementary: match (&earlier.supplementary, &earlier.supplementary_response) {
                (Some(asked), Some(answered)) => format!("{asked}\n\n{answered}"),
                (Some(asked), None) => asked.clone(),
                _ => String::new(),
            },
        });
    }
    rows
}

fn similar_row(dossier: &Dossier, similar: &SimilarForStaff) -> SimilarRow {
    let view = &dossier.view;
    let apart = dossier.apart.contains(&similar.question.id);
    let reference = similar.question.reference.to_string();
    let stands = !matches!(
        similar.question.status,
        Status::Withdrawn | Status::Disowned | Status::Refused | Status::Replaced
    );
    let here = format!("/staff/questions/{}", view.question.id);
    let mut row = SimilarRow {
        same_person_href: if dossier.officer() && stands && dossier.allows(Act::Reject) {
            format!(
                "{here}/reject?grounds={}&other={reference}",
                Ground::AlreadyAsked.code()
            )
        } else {
            String::new()
        },
        two_people_href: if dossier.officer() && !apart && view.question.status.is_live() {
            format!("{here}/two-people?other={reference}")
        } else {
            String::new()
        },
        apart,
        reference: similar.question.reference.to_string(),
        href: format!("/staff/questions/{}", similar.question.id),
        contested: similar.contested,
        this_text: view.question.public_text.clone(),
        that_text: similar.question.public_text.clone(),
        summary: String::new(),
        likelihood: "",
        colour: "",
        reasons: String::new(),
        this: Vec::new(),
        that: Vec::new(),
    };
    match &similar.evidence {
        Some(found) => {
            row.summary = format!("Who asks in {}", similar.question.reference);
            row.likelihood = found.likelihood.words();
            row.colour = match found.likelihood {
                Likelihood::VeryLikely => "orange",
                Likelihood::Possible => "yellow",
            };
            let reasons: Vec<_> = found.reasons.iter().map(|why| why.words()).collect();
            row.reasons = sentence(&reasons.join("; "));
            row.this = view
                .asker
                .details()
                .map(|details| compared(&view.question, details))
                .unwrap_or_default();
            row.that = compared(&similar.question, &found.questioner);
        }
        None => {
            "The details of the two questioners count as those of one person or organisation. The officer decides"
                .clone_into(&mut row.reasons);
            row.this = vec![status_row(&view.question)];
            row.that = vec![status_row(&similar.question)];
        }
    }
    row
}

fn status_row(question: &Question) -> SummaryRow {
    let mut status = sentence(question.status.words());
    if !question.refusals.is_empty() {
        status = format!("{status}: {}", refusals_in_short(&question.refusals));
    }
    SummaryRow::new("Status", status)
}

/// Whether the e-mail address is known to be the questioner's, and from what.
fn confirmed(details: &QuestionerDetails) -> String {
    if details.email.is_none() {
        return "No email address".to_owned();
    }
    let Some(at) = details.confirmed_at else {
        return "Not confirmed: emails do not include the questioner’s name or question".to_owned();
    };
    let how = match details.confirmation() {
        Some(Confirmation::Link) => "by the questioner, from our email",
        Some(Confirmation::AddressLink) => "by the questioner, when they changed the address",
        Some(Confirmation::Officer) => "entered by an officer",
        Some(Confirmation::Approval) => {
            "not confirmed by the questioner, but the question was approved"
        }
        Some(Confirmation::EarlierRelease) | None => "received before addresses were confirmed",
    };
    format!("{}: {how}", local_time::day_at_time(at.utc()))
}

fn compared(question: &Question, details: &QuestionerDetails) -> Vec<SummaryRow> {
    let given = |value: &Option<String>| value.clone().unwrap_or_else(|| "Not given".to_owned());
    vec![
        status_row(question),
        SummaryRow::new("Name", details.name.clone()),
        SummaryRow::new("Organisation", given(&details.organisation)),
        SummaryRow::new("Email", given(&details.email)),
        SummaryRow::new("Address", details.address.clone()),
        SummaryRow::new("Postcode", details.postcode.clone()),
        SummaryRow::new("Received", local_time::exact_moment(question.received_at)),
    ]
}
