//! A sample of every letter, with invented people: for the tests, and for looking at them (`letters --out DIR`).

use std::{fs, io, path::Path};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::letters::{Addressed, printable, render};
use crate::{
    config::Settings,
    domain::{
        agenda::NotForQuestions,
        id::AddressCorrectionId,
        local_time::at_london,
        refusal::{Allowance, NextMeeting, Refusal},
        standing_order::{rejection::Ground, written_response::Reason},
    },
    service::{
        deliver_outbox::DESK_PATH,
        letters::{
            About, AccountNotice, Brief, ContactDetailsMatter, Earlier, EarlierResponse, Letter,
            QuestionsCame, ResponseDue, SendInstead,
        },
        notify_changes::{Change, Effect},
        redact_question::{Published, Redacted},
    },
};

/// A letter with invented facts.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// What it shows.
    pub name: &'static str,
    /// The letter.
    pub letter: Letter,
    /// To whom.
    pub to: &'static str,
    /// The private link, in letters that go by e-mail to a questioner.
    pub private_link: Option<&'static str>,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}

impl Sample {
    /// The letter as it is addressed.
    pub fn addressed(&self) -> Addressed<'_> {
        Addressed {
            letter: &self.letter,
            name: self.to,
            private_link: self.private_link,
            written_at: self.written_at,
        }
    }
}

const LINK: &str =
    "https://questions.example.org/question/AAAAAAAAcACAAAAAAAAAAAsampleSAMPLEsampleSAMPLE00";
const NAME: &str = "Jo Sample";

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default()
}

fn at(date: NaiveDate, h: u32, m: u32, s: u32) -> DateTime<Utc> {
    at_london(
        date,
        NaiveTime::from_hms_opt(h, m, s).unwrap_or(NaiveTime::MIN),
    )
}

fn about() -> About {
    About {
        reference: "PQ-2024-7KX4".to_owned(),
        question: "The lighting on the path from Kingsway to the park has been out since November.\n\nWhen will it be mended, and what is done until then to keep people safe?".to_owned(),
        words_left_out: false,
        child: None,
        withheld: false,
        matter: "Community safety update".to_owned(),
        board: "Safer Policy and Performance Board".to_owned(),
        date: day(2024, 2, 6),
        starts: NaiveTime::from_hms_opt(18, 30, 0).unwrap_or(NaiveTime::MIN),
        venue: "Boardroom, Municipal Building, Widnes".to_owned(),
    }
}

/// Every letter, and the variants that read differently.
pub fn samples(settings: &Settings) -> Vec<Sample> {
    let wording = settings.wording(about().date);
    let allowed = wording.figures.questions_per_person().get();
    let deadline_of = |date| {
        let notice = settings.standing_order.for_meeting(date).notice();
        notice
            .reckon(date, settings.working_days())
            .map_or_else(|_| at(date, 0, 0, 0), |deadline| deadline.at)
    };
    let due_on = settings
        .working_days()
        .nth_after(
            about().date,
            wording.figures.written_response_working_days(),
        )
        .map_or(about().date, |found| found.date);
    let deadline = deadline_of(about().date);
    let received = deadline - TimeDelta::seconds(368_333);
    let late = deadline + TimeDelta::seconds(1);
    let sample = |name, letter| Sample {
        name,
        letter,
        to: NAME,
        private_link: Some(LINK),
        written_at: received,
    };
    let on_paper = |name, letter| Sample {
        private_link: None,
        ..sample(name, letter)
    };
    let to_officers = |name, letter| Sample {
        to: "Committee Services Manager",
        ..on_paper(name, letter)
    };
    let acknowledgement = |provisional| Letter::Acknowledgement {
        about: about(),
        received_at: received,
        deadline,
        provisional,
    };
    let refused = |received_at, refusals| Letter::Refused {
        about: about(),
        received_at,
        refusals,
        next_meeting: NextMeeting::On(day(2024, 3, 19)),
    };
    let new_question = |refused| Letter::OfficerNewQuestion {
        reference: about().reference,
        board: about().board,
        date: about().date,
        refused,
        path: "/staff/questions/PQ-2024-7KX4".to_owned(),
    };
    let brief = Brief {
        reference: about().reference,
        board: about().board,
        date: about().date,
        withheld: false,
    };
    let correction = AddressCorrectionId::from(uuid::Uuid::nil());
    let contact_details = |what| Letter::OfficerContactDetails {
        reference: about().reference,
        what,
        path: "/staff/questions/PQ-2024-7KX4".to_owned(),
    };
    let changed = |changes, effect, deadline| Letter::MeetingChanged {
        about: about(),
        changes,
        effect,
        deadline,
        open: true,
        why: None,
    };
    let venue = Change::Venue {
        old: "Civic Suite, Town Hall, Runcorn".to_owned(),
        new: about().venue,
    };
    let later = Change::Deadline {
        old: deadline - TimeDelta::days(3),
        new: deadline,
    };
    let mut samples = vec![
        sample("acknowledgement", acknowledgement(false)),
        sample("acknowledgement_provisional", acknowledgement(true)),
        on_paper("acknowledgement_on_paper", acknowledgement(false)),
        sample(
            "refused_late",
            refused(
                late,
                vec![Refusal::Late {
                    deadline,
                    received_at: late,
                }],
            ),
        ),
        sample(
            "refused_for_every_reason",
            refused(
                late,
                vec![
                    Refusal::Late {
                        deadline,
                        received_at: late,
                    },
                    Refusal::SecondQuestion {
                        by: Allowance::Person,
                        allowed,
                    },
                    Refusal::SecondQuestion {
                        by: Allowance::Organisation,
                        allowed,
                    },
                    Refusal::NotResident,
                    Refusal::OutsideBorough {
                        postcode: "WA4 4AA".to_owned(),
                    },
                    Refusal::NotOnAgenda,
                    Refusal::ItemNotForQuestions {
                        item: "Application for a premises licence".to_owned(),
                        why: NotForQuestions::LicensingApplication,
                    },
                    Refusal::MeetingNotTakingQuestions { cancelled: true },
                ],
            ),
        ),
        sample(
            "admitted",
            Letter::Admitted {
                about: about(),
                exception: true,
            },
        ),
        sample(
            "admitted-without-exception",
            Letter::Admitted {
                about: about(),
                exception: false,
            },
        ),
        sample(
            "replaced",
            Letter::Replaced {
                about: about(),
                response_due: None,
            },
        ),
        sample(
            "replaced-with-written-response",
            Letter::Replaced {
                about: about(),
                response_due: NaiveDate::from_ymd_opt(2024, 2, 20),
            },
        ),
        sample(
            "rejected-by-the-officer",
            Letter::Rejected {
                about: about(),
                grounds: vec![
                    Ground::NotResident,
                    Ground::NotOnAgenda,
                    Ground::AlreadyAsked,
                ],
                reason: "We had already received a question to this meeting that we believe is from you or your organisation. That question is not affected by this decision.".to_owned(),
                earlier: None,
                another_until: None,
            },
        ),
        sample(
            "approved",
            Letter::Approved {
                about: about(),
                questioner_minutes: wording.figures.questioner_time().num_minutes(),
                question_time_minutes: wording.figures.question_time().num_minutes(),
                needs_stated: false,
                called: Some("Jo Sample".to_owned()),
            },
        ),
        sample(
            "approved_not_named",
            Letter::Approved {
                about: about(),
                questioner_minutes: wording.figures.questioner_time().num_minutes(),
                question_time_minutes: wording.figures.question_time().num_minutes(),
                needs_stated: false,
                called: Some("Resident 2, about Community safety update".to_owned()),
            },
        ),
        sample(
            "approved_under_18_redacted",
            Letter::Approved {
                about: About {
                    question: "When will the lighting be mended?".to_owned(),
                    words_left_out: true,
                    child: Some("Sam".to_owned()),
                    ..about()
                },
                questioner_minutes: wording.figures.questioner_time().num_minutes(),
                question_time_minutes: wording.figures.question_time().num_minutes(),
                needs_stated: false,
                called: Some("Resident 3, about Community safety update".to_owned()),
            },
        ),
        sample(
            "rejected_as_the_same",
            Letter::Rejected {
                about: about(),
                grounds: vec![Ground::SubstantiallyTheSame],
                reason: Ground::SubstantiallyTheSame.proposed_reason(&wording),
                earlier: Some(Earlier {
                    reference: "PQ-2023-M4QT".to_owned(),
                    board: about().board,
                    put_on: day(2023, 9, 12),
                    question: "When will the lights on the path to the park be mended?".to_owned(),
                    answer: Some("The lights are on the list for the spring. Until then the wardens pass there every evening.".to_owned()),
                }),
                another_until: Some(deadline),
            },
        ),
        sample(
            "rejected_after_the_deadline",
            Letter::Rejected {
                about: about(),
                grounds: vec![Ground::PlanningApplication, Ground::Offensive],
                reason: "Your question is about an application that has not been decided.\n\nIt also names a neighbour in words that would offend."
                    .to_owned(),
                earlier: None,
                another_until: None,
            },
        ),
        sample("reopened", Letter::Reopened { about: about() }),
        sample(
            "withdrawn",
            Letter::Withdrawn {
                about: about(),
                another_until: Some(deadline),
            },
        ),
        sample(
            "withdrawn_after_the_deadline",
            Letter::Withdrawn {
                about: about(),
                another_until: None,
            },
        ),
        sample(
            "meeting_moved",
            Letter::MeetingMoved {
                about: About {
                    date: day(2024, 2, 13),
                    ..about()
                },
                old_date: day(2024, 2, 6),
                deadline: deadline_of(day(2024, 2, 13)),
            },
        ),
        sample(
            "meeting_at_another_place",
            changed(vec![venue.clone()], Effect::Stays, deadline),
        ),
        sample(
            "meeting_at_another_time",
            changed(
                vec![Change::Starts {
                    old: NaiveTime::from_hms_opt(18, 0, 0).unwrap_or(NaiveTime::MIN),
                    new: about().starts,
                }],
                Effect::Stays,
                deadline,
            ),
        ),
        sample(
            "meeting_on_another_date",
            changed(
                vec![
                    Change::Date {
                        old: day(2024, 1, 30),
                        new: about().date,
                    },
                    venue,
                    Change::Deadline {
                        old: deadline_of(day(2024, 1, 30)),
                        new: deadline,
                    },
                ],
                Effect::Stays,
                deadline,
            ),
        ),
        sample(
            "board_has_a_new_name",
            changed(
                vec![Change::Board {
                    old: "Community Safety Policy and Performance Board".to_owned(),
                    new: about().board,
                }],
                Effect::Stays,
                deadline,
            ),
        ),
        sample(
            "deadline_is_earlier",
            Letter::MeetingChanged {
                about: about(),
                changes: vec![Change::Deadline {
                    old: deadline,
                    new: deadline - TimeDelta::days(3),
                }],
                effect: Effect::Stays,
                deadline: deadline - TimeDelta::days(3),
                open: true,
                why: Some("Monday 5 February 2024 is now a bank holiday.".to_owned()),
            },
        ),
        sample("restored", changed(vec![later.clone()], Effect::Restored, deadline)),
        sample(
            "restored_or_the_other",
            changed(
                vec![later.clone()],
                Effect::Choice {
                    refusals: vec![Refusal::SecondQuestion {
                        by: Allowance::Person,
                        allowed,
                    }],
                    next: true,
                },
                deadline,
            ),
        ),
        sample(
            "no_longer_late_but_still_refused",
            changed(
                vec![later.clone()],
                Effect::StillRefused {
                    refusals: vec![Refusal::NotResident],
                },
                deadline,
            ),
        ),
        sample(
            "approved_and_to_be_decided_again",
            changed(
                vec![Change::Matter {
                    old: "Community safety update".to_owned(),
                    new: "Contract for street lighting (exempt)".to_owned(),
                }],
                Effect::DecideAgain {
                    refusal: Refusal::ItemNotForQuestions {
                        item: "Contract for street lighting (exempt)".to_owned(),
                        why: NotForQuestions::Private,
                    },
                    approved: true,
                },
                deadline,
            ),
        ),
        to_officers(
            "officer_questions_restored",
            Letter::OfficerQuestionsRestored {
                board: about().board,
                date: about().date,
                deadline,
                restored: vec!["PQ-2024-7KX4".to_owned(), "PQ-2024-M4QT".to_owned()],
                choices: vec!["PQ-2024-9XYZ".to_owned()],
                path: "/staff/meetings/018d79c8".to_owned(),
            },
        ),
        sample(
            "another_until",
            changed(vec![later.clone()], Effect::AnotherUntil, deadline),
        ),
        sample(
            "too_late_for_another",
            changed(vec![later.clone()], Effect::TooLateForAnother, deadline),
        ),
        sample(
            "late_and_answered_in_writing",
            changed(
                vec![later],
                Effect::WrittenResponse {
                    due_on: day(2024, 2, 20),
                },
                deadline,
            ),
        ),
        sample(
            "redacted",
            Letter::Redacted {
                about: About {
                    question: "How was the contract awarded?".to_owned(),
                    words_left_out: true,
                    ..about()
                },
                redacted: vec![
                    Redacted {
                        field: Published::Text,
                        words: Some("How was the contract awarded?".to_owned()),
                    },
                    Redacted {
                        field: Published::Name,
                        words: Some("A resident of the borough".to_owned()),
                    },
                    Redacted {
                        field: Published::AnsweredBy,
                        words: None,
                    },
                ],
                reason: "It accused a person who could be identified.".to_owned(),
                called: Some("Resident 2, about Community safety update".to_owned()),
            },
        ),
        sample(
            "meeting_cancelled",
            Letter::MeetingCancelled {
                about: about(),
                due_on,
                next: None,
            },
        ),
        sample(
            "meeting_cancelled_with_a_next",
            Letter::MeetingCancelled {
                about: about(),
                due_on,
                next: Some(SendInstead {
                    date: day(2024, 4, 16),
                    deadline: deadline_of(day(2024, 4, 16)),
                }),
            },
        ),
        sample(
            "deadline_changed",
            Letter::DeadlineChanged {
                about: about(),
                old: deadline,
                new: deadline - TimeDelta::days(3),
                reason: "Monday 5 February 2024 is now a bank holiday.".to_owned(),
                ended: false,
            },
        ),
        sample(
            "response_owed",
            Letter::ResponseOwed {
                about: about(),
                reason: Reason::TimeRanOut,
                due_on,
            },
        ),
        sample(
            "holding_reply",
            Letter::HoldingReply {
                about: about(),
                body: "We are waiting for a date from the contractor.".to_owned(),
                new_due_on: Some(day(2024, 3, 1)),
            },
        ),
        sample(
            "dealt_with",
            Letter::DealtWith {
                about: about(),
                position: 3,
                item: "Community Safety Update".to_owned(),
                minute_number: Some("SAF26".to_owned()),
            },
        ),
        sample("not_put", Letter::NotPut { about: about() }),
        sample(
            "written_response",
            Letter::WrittenResponse {
                about: about(),
                reason: Reason::Absent,
                body: "The lights will be mended in the week of 11 March 2024.\n\nUntil then:\n- the wardens pass there every evening\n- the gate at the far end stays open".to_owned(),
            },
        ),
        on_paper(
            "written_response_on_paper",
            Letter::WrittenResponse {
                about: about(),
                reason: Reason::TimeRanOut,
                body: "The lights will be mended in the week of 11 March 2024.".to_owned(),
            },
        ),
        sample(
            "correction",
            Letter::Correction {
                about: about(),
                body: "The lights will be mended in the week of 18 March 2024.".to_owned(),
                earlier: Some(EarlierResponse {
                    sent_on: day(2024, 2, 20),
                    body: "The lights will be mended in the week of 11 March 2024.".to_owned(),
                }),
            },
        ),
        to_officers(
            "your_account_sign_ins_failed",
            Letter::YourAccount {
                notice: AccountNotice::SignInsFailed,
            },
        ),
        to_officers(
            "your_account_password_reset",
            Letter::YourAccount {
                notice: AccountNotice::PasswordReset,
            },
        ),
        to_officers(
            "your_account_address_changed",
            Letter::YourAccount {
                notice: AccountNotice::AddressChanged,
            },
        ),
        to_officers(
            "your_account_token_issued",
            Letter::YourAccount {
                notice: AccountNotice::TokenIssued,
            },
        ),
        to_officers(
            "responses_given",
            Letter::ResponsesGiven {
                responses: vec![response_due("PQ-2024-7KX4", false)],
            },
        ),
        to_officers(
            "responses_due",
            Letter::ResponsesDue {
                responses: vec![
                    response_due("PQ-2024-7KX4", true),
                    response_due("PQ-2024-8ABC", false),
                ],
            },
        ),
        to_officers(
            "response_chased",
            Letter::ResponseChased {
                response: response_due("PQ-2024-7KX4", true),
            },
        ),
        to_officers(
            "officer_responses_due",
            Letter::OfficerResponsesDue {
                responses: vec![
                    response_due("PQ-2024-7KX4", true),
                    ResponseDue {
                        owner: None,
                        ..response_due("PQ-2024-8ABC", false)
                    },
                ],
            },
        ),
        to_officers(
            "officer_meeting_not_closed",
            Letter::OfficerMeetingNotClosed {
                board: about().board,
                date: day(2024, 2, 6),
                questions: 2,
                until: day(2024, 2, 13),
                path: "/staff/meetings/018d7a1c-0000-7000-8000-000000000001/question-time/record"
                    .to_owned(),
            },
        ),
        sample(
            "next_meeting",
            Letter::NextMeeting {
                about: about(),
                date: day(2024, 3, 19),
                starts: about().starts,
                venue: about().venue,
                deadline: deadline_of(day(2024, 3, 19)),
            },
        ),
        sample(
            "refused_with_no_next_meeting",
            Letter::Refused {
                about: about(),
                received_at: late,
                refusals: vec![Refusal::SecondQuestion {
                    by: Allowance::Organisation,
                    allowed,
                }],
                next_meeting: NextMeeting::WillBeTold,
            },
        ),
        sample(
            "address_to_confirm",
            Letter::AddressToConfirm {
                brief: brief.clone(),
                correction,
            },
        ),
        sample(
            "address_change_asked",
            Letter::AddressChangeAsked {
                brief: brief.clone(),
                correction,
            },
        ),
        on_paper(
            "address_change_asked_by_post",
            Letter::AddressChangeAsked {
                brief: brief.clone(),
                correction,
            },
        ),
        sample(
            "address_confirmed",
            Letter::AddressConfirmed {
                brief: brief.clone(),
            },
        ),
        on_paper(
            "address_left",
            Letter::AddressLeft {
                brief: brief.clone(),
            },
        ),
        sample("new_link", Letter::NewLink { brief }),
        to_officers(
            "officer_same_details",
            contact_details(ContactDetailsMatter::SamePerson),
        ),
        to_officers(
            "officer_address_disputed",
            contact_details(ContactDetailsMatter::Disputed),
        ),
        to_officers("officer_new_question", new_question(false)),
        to_officers("officer_new_question_refused", new_question(true)),
        to_officers(
            "officer_new_questions",
            Letter::OfficerNewQuestions {
                since: received,
                until: received + TimeDelta::minutes(15),
                meetings: vec![
                    QuestionsCame {
                        board: about().board,
                        date: about().date,
                        waiting: 40,
                        refused: 1,
                        settled: 2,
                        references: (0..20).map(|n| format!("PQ-2024-7KX{}", n % 10)).collect(),
                    },
                    QuestionsCame {
                        board: "Corporate Policy and Performance Board".to_owned(),
                        date: day(2024, 2, 27),
                        waiting: 1,
                        refused: 0,
                        settled: 0,
                        references: vec!["PQ-2024-9AB3".to_owned()],
                    },
                ],
                path: "/staff".to_owned(),
            },
        ),
        to_officers(
            "officer_letter_failed",
            Letter::OfficerLetterFailed {
                letter: "written_response".to_owned(),
                reference: Some(about().reference),
                error: "permanent error (550): 5.1.1 (address) no such user".to_owned(),
                path: DESK_PATH.to_owned(),
                last: false,
            },
        ),
        to_officers(
            "officer_letter_failed_last",
            Letter::OfficerLetterFailed {
                letter: "acknowledgement".to_owned(),
                reference: Some(about().reference),
                error: "It came back: 5.1.1 550 no such user".to_owned(),
                path: DESK_PATH.to_owned(),
                last: true,
            },
        ),
    ];
    // as they go to an address that may be somebody else's
    for (name, of) in [
        ("acknowledgement_unconfirmed", "acknowledgement"),
        ("refused_unconfirmed", "refused_late"),
        ("rejected_unconfirmed", "rejected_as_the_same"),
        ("withdrawn_unconfirmed", "withdrawn"),
        ("written_response_unconfirmed", "written_response"),
        ("redacted_unconfirmed", "redacted"),
    ] {
        if let Some(sample) = samples.iter().find(|sample| sample.name == of) {
            let mut sample = Sample {
                name,
                ..sample.clone()
            };
            sample.letter.withhold(true);
            samples.push(sample);
        }
    }
    samples
}

/// A response that is due on 20 February 2024.
fn response_due(reference: &str, overdue: bool) -> ResponseDue {
    ResponseDue {
        reference: reference.to_owned(),
        board: about().board,
        date: day(2024, 2, 6),
        due_on: day(2024, 2, 20),
        overdue,
        owner: Some("Sam Officer".to_owned()),
        path: "/staff/responses/018d7a1c-0000-7000-8000-000000000002".to_owned(),
    }
}

/// Writes every sample into a folder, as it would be sent (`.txt`, `.html`) and as a piece to print (`.print.html`).
///
/// # Errors
/// Where the folder cannot be written to.
pub fn write_samples(settings: &Settings, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let address = [NAME, "1 Sample Street", "Widnes", "WA8 0AA"].map(str::to_owned);
    for sample in samples(settings) {
        let to = sample.addressed();
        let rendered = render(settings, &to).map_err(io::Error::other)?;
        let printed = printable(settings, &to, &address).map_err(io::Error::other)?;
        let file = |ending: &str| folder.join(format!("{}.{ending}", sample.name));
        fs::write(
            file("txt"),
            format!("Subject: {}\n\n{}", rendered.subject, rendered.text),
        )?;
        fs::write(file("html"), rendered.html)?;
        fs::write(file("print.html"), printed)?;
    }
    Ok(())
}
