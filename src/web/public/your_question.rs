//! The private page of a question, opened by the link in the acknowledgement: where it stands, what happens next, withdraw,
//! disown. Opening it changes nothing, for mail scanners open every link; each change is a POST from a page of its own.
//!
//! Every link that does not open a question is answered alike, so that guessing tells nothing.

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

use crate::{
    config::Council,
    domain::{
        local_time, masked,
        meeting::{MeetingStatus, Stage},
        questioner::Confirmation,
        refusal::RefusalWords,
        standing_order::{
            question_time::{Phase, TurnPhase},
            rejection,
            written_response::{Reply, ResponseState},
        },
        status::Status,
    },
    service::{
        ServiceError,
        confirm_address::{self, Confirming},
        next_meeting,
        outbox::HELD_BACK,
        restore_question,
        views::{self, PublicQuestion, QuestionView},
        your_question::{self, Possible, SendOn, SendTo, YourQuestion},
    },
    store::{
        letters::{LetterState, OutboxLetter},
        questions::{self, Decision, DecisionKind, QuestionerDetails},
    },
    web::{Answer, Form, Visitor, components::SummaryRow, live, page::Page, pages, routes},
};

use super::{ask_instead::OfferWords, words::MeetingWords};

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(routes::resource("/question/{token}").route(routes::get().to(show)))
        .service(
            routes::resource("/question/{token}/this-was-me").route(routes::post().to(this_was_me)),
        )
        .service(
            routes::resource("/question/{token}/withdraw")
                .route(routes::get().to(ask_withdraw))
                .route(routes::post().to(withdraw)),
        )
        .service(
            routes::resource("/question/{token}/not-mine")
                .route(routes::get().to(ask_disown))
                .route(routes::post().to(disown)),
        )
        .service(
            routes::resource("/question/{token}/next-meeting")
                .route(routes::post().to(to_next_meeting)),
        )
        .service(
            routes::resource("/question/{token}/same-meeting")
                .route(routes::post().to(to_same_meeting)),
        );
}

/// A rejection in words.
struct Rejection {
    /// The grounds, each with its clause.
    grounds: Vec<String>,
    what_next: Vec<&'static str>,
    reason: String,
    earlier: Option<PublicQuestion>,
}

/// A reply in words.
struct ReplyWords {
    heading: &'static str,
    sent: String,
    body: String,
}

/// Where a question stands, in words.
struct StandingWords {
    tag: &'static str,
    colour: &'static str,
    paragraphs: Vec<String>,
}

#[derive(Template)]
#[template(path = "public/your_question/show.html")]
struct Show {
    page: Page,
    path: String,
    /// The stream of the meeting, where question time is on or about to be; empty otherwise.
    live: String,
    screen: String,
    standing: StandingWords,
    rows: Vec<SummaryRow>,
    view: QuestionView,
    meeting: MeetingWords,
    refusals: Vec<RefusalWords>,
    rejection: Option<Rejection>,
    replies: Vec<ReplyWords>,
    next: Option<MeetingWords>,
    /// What can be done where only the one allowance keeps it out.
    offer: Option<OfferWords>,
    letters_go: String,
    /// What the person has to know of letters that did not leave; empty where all did.
    not_sent: &'static str,
    confirming: Confirming,
    /// When the address was confirmed, in words; empty where it was not.
    confirmed_on: String,
    /// The address, masked.
    masked_email: String,
    possible: Possible,
    council: Council,
}

impl Show {
    fn tag_words(&self) -> String {
        let mut letters = self.standing.tag.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    }

    /// Whether the words must be changed before they are sent again.
    fn must_change(&self) -> bool {
        self.possible.next_meeting == Some(SendOn::Changed)
            || self.rejection.as_ref().is_some_and(|_| self.next.is_none())
    }

    fn is_refused(&self) -> bool {
        self.view.question.status == Status::Refused
    }
}

async fn show(visitor: Visitor, token: web::Path<String>) -> Answer {
    let token = token.into_inner();
    let (looked, found) = {
        let token = token.clone();
        visitor
            .run(move |service| {
                let looked = your_question::look(service, &token)?;
                let found = service.store.read(|db| {
                    let view = &looked.view;
                    let rejected = last_rejection(&view.decisions)
                        .filter(|_| view.question.status == Status::Rejected);
                    let earlier = match rejected.and_then(Decision::same_as) {
                        Some(id) => {
                            let earlier = questions::question(db, id)?;
                            Some(views::public_question(db, &earlier)?)
                        }
                        None => None,
                    };
                    let (known, _) =
                        next_meeting::known(service, db, &view.question, view.meeting.meeting())?;
                    let offer =
                        restore_question::offer(service, db, &view.question, &view.meeting)?;
                    Ok::<_, ServiceError>((known, earlier, offer))
                })?;
                Ok((looked, found))
            })
            .await?
    };
    let (known, earlier, offer) = found;
    let now = visitor.service().now();
    let council = visitor.service().settings.council.clone();
    let meeting = MeetingWords::new(&looked.view.meeting, now);
    let standing = standing(&looked, &meeting, &council, looked.view.meeting.stage(now));
    let on = is_on(&looked, now);
    let followed = on || may_begin(&looked);
    let YourQuestion {
        view,
        next,
        possible,
        ..
    } = looked;
    let wording = visitor.service().wording(view.meeting.meeting());
    let of = view.meeting.meeting().id;
    let status = view.question.status;
    let rejection = last_rejection(&view.decisions)
        .filter(|_| status == Status::Rejected)
        .map(|decision| Rejection {
            grounds: decision
                .grounds
                .iter()
                .map(|ground| {
                    let words = ground.words(&wording);
                    format!("{words} ({})", wording.cite(ground.clause()))
                })
                .collect(),
            what_next: rejection::what_next(&decision.grounds, meeting.is_open()),
            reason: decision.reason.clone().unwrap_or_default(),
            earlier,
        });
    let refusals = view
        .question
        .refusals
        .iter()
        .map(|refusal| RefusalWords::new(refusal, wording.names, known))
        .collect();
    let letters_go = letters_go(view.questioner.as_ref());
    let not_sent = not_sent(&view.letters);
    let confirming = confirm_address::standing(
        visitor.service(),
        &token,
        &view.question,
        view.questioner.as_ref(),
    );
    let template = Show {
        page: visitor.page(format!("Your question {}", view.question.reference)),
        path: format!("/question/{token}"),
        live: if followed {
            live::public_stream(of)
        } else {
            String::new()
        },
        screen: if on {
            live::screen::address(of)
        } else {
            String::new()
        },
        standing,
        rows: vec![
            SummaryRow::new("Reference", view.question.reference.to_string()),
            SummaryRow::new("Meeting", meeting.name()),
            SummaryRow::new("Starts", format!("{}, {}", meeting.starts, meeting.venue)),
            SummaryRow::new("About", view.matter.clone()),
            SummaryRow::new("Received", local_time::moment(view.question.received_at)),
            SummaryRow::new(
                if view.question.words_left_out() {
                    "Published text of your question. We have left out words that you sent"
                } else {
                    "Your question"
                },
                view.question.public_text.clone(),
            ),
        ],
        replies: view
            .replies
            .iter()
            .map(|sent| ReplyWords {
                heading: match sent.reply {
                    Reply::Holding => "Your answer is taking longer",
                    Reply::Full => "Written response",
                    Reply::Correction => "Corrected written response",
                },
                sent: local_time::day_at_time(sent.replied_at),
                body: sent.body.clone(),
            })
            .collect(),
        next: next
            .filter(|_| possible.next_meeting.is_some())
            .map(|next| MeetingWords::new(&next, now)),
        offer: offer.as_ref().map(OfferWords::of),
        letters_go,
        not_sent,
        confirming,
        confirmed_on: confirmed_on(view.questioner.as_ref()),
        masked_email: view
            .questioner
            .as_ref()
            .and_then(|details| details.email.as_deref())
            .map(masked::email)
            .unwrap_or_default(),
        possible,
        refusals,
        rejection,
        meeting,
        view,
        council,
    };
    Ok(super::personal(pages::page(&template)?))
}

/// Whether this is the day on which the question is put, so that what the chair does is worth following.
fn is_on(looked: &YourQuestion, now: DateTime<Utc>) -> bool {
    looked
        .question_time
        .entry(looked.view.question.id)
        .is_some()
        && live::screen::is_on(looked.view.meeting.meeting(), &looked.question_time, now)
}

/// Whether the day may come at any moment: that of a demonstration comes when the chair opens it.
fn may_begin(looked: &YourQuestion) -> bool {
    let meeting = looked.view.meeting.meeting();
    let is_listed = || {
        looked
            .question_time
            .entry(looked.view.question.id)
            .is_some()
    };
    meeting.demonstration && meeting.status == MeetingStatus::Scheduled && is_listed()
}

/// Where letters go, masked; empty once the details have been removed.
fn letters_go(details: Option<&QuestionerDetails>) -> String {
    match details {
        Some(QuestionerDetails {
            email: Some(email), ..
        }) => format!("By email to {}", masked::email(email)),
        Some(details) => format!(
            "By post, to an address with the postcode {}",
            masked::postcode(&details.postcode)
        ),
        None => String::new(),
    }
}

/// When the questioner confirmed the address by a link; empty where it is known in another way, or not.
fn confirmed_on(details: Option<&QuestionerDetails>) -> String {
    let by_link = |details: &&QuestionerDetails| {
        matches!(
            details.confirmation(),
            Some(Confirmation::Link | Confirmation::AddressLink)
        )
    };
    details
        .filter(by_link)
        .and_then(|details| details.confirmed_at)
        .map(|at| local_time::day_at_time(at.utc()))
        .unwrap_or_default()
}

/// Confirms that whoever reads the mailbox sent the question.
async fn this_was_me(visitor: Visitor, token: web::Path<String>, _form: Form) -> Answer {
    let token = token.into_inner();
    let path = format!("/question/{token}");
    let acting = visitor.acting();
    visitor
        .run(move |service| confirm_address::confirm(service, &acting, &token))
        .await?;
    Ok(pages::see_other(&path))
}

/// Says that a letter did not leave: this page shows what it would have said.
fn not_sent(letters: &[OutboxLetter]) -> &'static str {
    let mut failed = letters
        .iter()
        .filter(|letter| letter.state == LetterState::Failed)
        .peekable();
    if failed.peek().is_none() {
        ""
    } else if failed.any(|letter| letter.last_error.as_deref() == Some(HELD_BACK)) {
        "We have not sent you an email about this question, because we had already sent several to your address within an hour. An officer can still send it. This page shows the progress of your question."
    } else {
        "An email about this question could not be sent to you. Contact us to check your address. This page shows the progress of your question."
    }
}

fn last_rejection(decisions: &[Decision]) -> Option<&Decision> {
    decisions
        .iter()
        .rev()
        .find(|decision| decision.kind == DecisionKind::Rejected)
}

fn standing(
    looked: &YourQuestion,
    meeting: &MeetingWords,
    council: &Council,
    stage: Stage,
) -> StandingWords {
    let view = &looked.view;
    let status = view.question.status;
    let officer = &council.committee_services_manager;
    let (colour, paragraphs) = match status {
        Status::Refused => (
            "red",
            vec!["We could not accept your question for this meeting. We have kept it, and an officer can see it.".to_owned()],
        ),
        Status::Approved | Status::Submitted if stage == Stage::Unclosed => (
            "yellow",
            vec![
                "The day of the meeting has passed. What happened to your question has not been recorded yet.".to_owned(),
                "If your question was not answered at the meeting, we will write to you.".to_owned(),
            ],
        ),
        Status::Submitted => (
            "yellow",
            vec![
                "Your question has been received in time.".to_owned(),
                format!("The {officer} will decide whether it can be put at the meeting, and will write to you."),
            ],
        ),
        Status::Approved => ("green", approved(looked, meeting)),
        Status::Rejected => (
            "red",
            vec!["Your question will not be put at the meeting.".to_owned()],
        ),
        Status::Replaced => (
            "grey",
            vec![
                "Your question will not be put at the meeting. Another question that we believe is from you or your organisation was accepted in its place.".to_owned(),
                "If you did not send another question, contact us as soon as you can.".to_owned(),
            ],
        ),
        Status::Withdrawn => (
            "grey",
            vec!["You have withdrawn your question. It will not be put at the meeting.".to_owned()],
        ),
        Status::Disowned => (
            "grey",
            vec![
                "We were told that you did not send this question. We have removed it from the meeting.".to_owned(),
                "If that was a mistake, contact us.".to_owned(),
            ],
        ),
        Status::Answered => (
            "green",
            vec!["Your question was put and answered at the meeting.".to_owned()],
        ),
        Status::DealtWith => {
            let item = view
                .minutes
                .dealt_with
                .and_then(|id| view.meeting.published_agenda().iter().find(|item| item.id == id));
            (
                "green",
                vec![item.map_or_else(
                    || "Your question was dealt with as part of an agenda item.".to_owned(),
                    |item| {
                        let minute = item
                            .minute_number
                            .as_ref()
                            .map_or_else(String::new, |number| format!(" (minute {number})"));
                        format!(
                            "Your question was dealt with as part of the agenda item “{}”{minute}.",
                            item.title
                        )
                    },
                )],
            )
        }
        Status::NotPut => (
            "grey",
            vec!["You were recorded as absent at the meeting, so your question was not put.".to_owned()],
        ),
        Status::ResponseOwed => (
            "yellow",
            view.response.as_ref().map_or_else(Vec::new, |response| {
                vec![
                    format!(
                        "You will get a written response because {}.",
                        response.reason.to_questioner()
                    ),
                    if response.state == ResponseState::HoldingReplySent {
                        let by = view
                            .replies
                            .iter()
                            .rev()
                            .find_map(|sent| sent.new_due_on)
                            .map_or_else(String::new, |date| {
                                format!(" We now aim to send it by {}.", local_time::long_date(date))
                            });
                        format!("It is taking longer than we said. We have written to you about that, and are sorry for the delay.{by}")
                    } else {
                        format!(
                            "The council aims to send it by {}.",
                            local_time::long_date(response.due_on)
                        )
                    },
                ]
            }),
        ),
        Status::Responded => (
            "green",
            vec!["The written response to your question is below.".to_owned()],
        ),
    };
    StandingWords {
        tag: status.words(),
        colour,
        paragraphs,
    }
}

fn approved(looked: &YourQuestion, meeting: &MeetingWords) -> Vec<String> {
    let state = &looked.question_time;
    let yours = looked.view.question.id;
    let mut paragraphs = vec!["Your question will be put at the meeting.".to_owned()];
    if let Some(turn) = state.turn.as_ref().filter(|turn| turn.question == yours) {
        paragraphs.push(
            match turn.phase {
                TurnPhase::Called => "The chair has called you.",
                _ => "It is your turn now.",
            }
            .to_owned(),
        );
        return paragraphs;
    }
    match looked.before {
        Some(0) => paragraphs.push("There are no questions before yours.".to_owned()),
        Some(1) => paragraphs.push("There is 1 question before yours.".to_owned()),
        Some(before) => paragraphs.push(format!("There are {before} questions before yours.")),
        None => {}
    }
    match state.phase {
        Phase::NotOpened => {
            paragraphs.push(format!(
                "Come to {} at {} on {}. When the chair asks who has a question, put up your hand or tell the clerk. The chair may change the order.",
                meeting.venue, meeting.starts, meeting.date
            ));
            paragraphs.push(
                "If time runs out before your question is called, you will get a written response."
                    .to_owned(),
            );
        }
        Phase::Open => paragraphs.push("Public question time is open.".to_owned()),
        Phase::Adjourned => paragraphs.push("Public question time is adjourned.".to_owned()),
        Phase::Closed => {}
    }
    match state.entry(yours) {
        Some(entry) if entry.indicated => {
            paragraphs.push("You are marked as present.".to_owned());
        }
        Some(_) if state.phase != Phase::NotOpened => paragraphs.push(
            "You have not been marked as present yet. When the chair asks who has a question, put up your hand or tell the clerk."
                .to_owned(),
        ),
        _ => {}
    }
    paragraphs
}

#[derive(Template)]
#[template(path = "public/your_question/confirm.html")]
struct Confirm {
    page: Page,
    path: String,
    reference: String,
    question: String,
    paragraphs: Vec<String>,
    action: String,
    button: &'static str,
}

/// Which of the two ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Withdraw,
    Disown,
}

async fn confirm(visitor: &Visitor, token: String, end: End) -> Answer {
    let looked = {
        let token = token.clone();
        visitor
            .run(move |service| your_question::look(service, &token))
            .await?
    };
    let possible = match end {
        End::Withdraw => looked.possible.withdraw,
        End::Disown => looked.possible.disown,
    };
    let view = looked.view;
    let path = format!("/question/{token}");
    if !possible {
        return Ok(pages::see_other(&path));
    }
    let service = visitor.service();
    let meeting = MeetingWords::new(&view.meeting, service.now());
    let (title, paragraphs, action, button) = match end {
        End::Withdraw => (
            "Withdraw your question",
            vec![
                format!(
                    "Your question will not be put at the meeting of the {} on {}.",
                    meeting.board, meeting.date
                ),
                if meeting.is_open() {
                    format!(
                        "You can send another question to this meeting until {}.",
                        meeting.deadline
                    )
                } else {
                    "You cannot send another question to this meeting, because its deadline has passed.".to_owned()
                },
            ],
            format!("{path}/withdraw"),
            "Withdraw the question",
        ),
        End::Disown => (
            "Tell us that this question is not yours",
            vec![
                "Somebody may have used your name or your email address. The question will be taken off the list at once.".to_owned(),
                "You can then send a question of your own, if the deadline has not passed.".to_owned(),
            ],
            format!("{path}/not-mine"),
            "I did not send this question",
        ),
    };
    Ok(super::personal(pages::page(&Confirm {
        page: visitor.page(title),
        path,
        reference: view.question.reference.to_string(),
        question: view.question.public_text,
        paragraphs,
        action,
        button,
    })?))
}

async fn ask_withdraw(visitor: Visitor, token: web::Path<String>) -> Answer {
    confirm(&visitor, token.into_inner(), End::Withdraw).await
}

async fn ask_disown(visitor: Visitor, token: web::Path<String>) -> Answer {
    confirm(&visitor, token.into_inner(), End::Disown).await
}

async fn end(visitor: &Visitor, token: String, end: End) -> Answer {
    let acting = visitor.acting();
    let path = format!("/question/{token}");
    visitor
        .run(move |service| match end {
            End::Withdraw => your_question::withdraw(service, &acting, &token),
            End::Disown => your_question::disown(service, &acting, &token),
        })
        .await?;
    Ok(pages::see_other(&path))
}

async fn withdraw(visitor: Visitor, token: web::Path<String>, _form: Form) -> Answer {
    end(&visitor, token.into_inner(), End::Withdraw).await
}

async fn disown(visitor: Visitor, token: web::Path<String>, _form: Form) -> Answer {
    end(&visitor, token.into_inner(), End::Disown).await
}

async fn send_on(visitor: &Visitor, token: String, to: SendTo) -> Answer {
    let path = format!("/question/{token}");
    let owner = visitor.owner();
    let draft = visitor
        .run(move |service| your_question::send_on(service, &owner, &token, to))
        .await;
    match draft {
        Ok(draft) => Ok(pages::see_other(&format!("/ask/{draft}"))),
        // what was possible when the page was opened is not any more: the page says what is
        Err(ServiceError::Conflict(_)) => Ok(pages::see_other(&path)),
        Err(other) => Err(other.into()),
    }
}

/// Sends a question's words on to the board's next meeting.
async fn to_next_meeting(visitor: Visitor, token: web::Path<String>, _form: Form) -> Answer {
    send_on(&visitor, token.into_inner(), SendTo::NextMeeting).await
}

/// Sends a question's words to the same meeting again, to be changed first.
async fn to_same_meeting(visitor: Visitor, token: web::Path<String>, _form: Form) -> Answer {
    send_on(&visitor, token.into_inner(), SendTo::SameMeeting).await
}
