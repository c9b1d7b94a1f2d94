//! What each letter says: what happened, what happens next, what the person can do, and which clause where a rule said no.

mod account;
mod addresses;
mod meeting_changed;
mod new_questions;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::letters::{Addressed, Block, Content, one_line};
use crate::{
    config::Settings,
    domain::{
        local_time::{clock_time, long_date, moment, short_date, time_on_day},
        numbers::count,
        refusal::{Clause, NextMeeting, Refusal, RefusalWords},
        standing_order::{
            rejection::{self, Ground},
            written_response::Reason,
        },
        wording::Wording,
    },
    service::{
        letters::{About, Earlier, EarlierResponse, Letter, ResponseDue, SendInstead},
        redact_question::Redacted,
    },
};

/// What a letter says.
pub(super) fn content(settings: &Settings, to: &Addressed<'_>) -> Content {
    let draft = Draft {
        settings,
        link: to.private_link,
        withheld: to.letter.is_withheld(),
        blocks: Vec::new(),
    };
    let draft = match to.letter.about().and_then(|about| about.child.as_ref()) {
        Some(_) if draft.withheld => draft.say(
            "We are writing to you because you were named as the parent or carer of somebody under 18. In this letter, “your question” means their question.",
        ),
        Some(child) => draft.say(format!(
            "We are writing to you as the parent or carer of {child}, who is under 18. In this letter, “your question” means {child}’s question."
        )),
        None => draft,
    };
    match to.letter {
        Letter::Acknowledgement {
            about,
            received_at,
            deadline,
            provisional,
        } => acknowledgement(draft, about, *received_at, *deadline, *provisional),
        Letter::Refused {
            about,
            received_at,
            refusals,
            next_meeting,
        } => refused(draft, about, *received_at, refusals, *next_meeting),
        Letter::Admitted { about, exception } => admitted(draft, about, *exception),
        Letter::Replaced {
            about,
            response_due,
        } => replaced(draft, about, *response_due),
        Letter::Approved {
            about,
            questioner_minutes,
            question_time_minutes,
            needs_stated,
            called,
        } => approved(
            draft,
            about,
            *questioner_minutes,
            *question_time_minutes,
            *needs_stated,
            called.as_deref(),
        ),
        Letter::Rejected {
            about,
            grounds,
            reason,
            earlier,
            another_until,
        } => rejected(
            draft,
            about,
            grounds,
            reason,
            earlier.as_ref(),
            *another_until,
        ),
        Letter::Reopened { about } => reopened(draft, about),
        Letter::Withdrawn {
            about,
            another_until,
        } => withdrawn(draft, about, *another_until),
        Letter::MeetingChanged {
            about,
            changes,
            effect,
            deadline,
            open,
            why,
        } => meeting_changed::content(
            draft,
            about,
            changes,
            effect,
            *deadline,
            *open,
            why.as_deref(),
        ),
        Letter::MeetingMoved {
            about,
            old_date,
            deadline,
        } => meeting_moved(draft, about, *old_date, *deadline),
        Letter::MeetingCancelled {
            about,
            due_on,
            next,
        } => meeting_cancelled(draft, about, *due_on, next.as_ref()),
        Letter::DeadlineChanged {
            about,
            old,
            new,
            reason,
            ended,
        } => deadline_changed(draft, about, *old, *new, reason, *ended),
        Letter::ResponseOwed {
            about,
            reason,
            due_on,
        } => response_owed(draft, about, *reason, *due_on),
        Letter::DealtWith {
            about,
            position,
            item,
            minute_number,
        } => dealt_with(draft, about, *position, item, minute_number.as_deref()),
        Letter::NotPut { about } => not_put(draft, about),
        Letter::HoldingReply {
            about,
            body,
            new_due_on,
        } => holding_reply(draft, about, body, *new_due_on),
        Letter::WrittenResponse {
            about,
            reason,
            body,
        } => written_response(draft, about, *reason, body),
        Letter::Redacted {
            about,
            redacted,
            reason,
            called,
        } => redacted_letter(draft, about, redacted, reason, called.as_deref()),
        Letter::NextMeeting {
            about,
            date,
            starts,
            venue,
            deadline,
        } => next_meeting_announced(draft, about, (*date, *starts), venue, *deadline),
        Letter::AddressToConfirm { brief, .. } => addresses::to_confirm(draft, brief),
        Letter::AddressChangeAsked { brief, .. } => addresses::change_asked(draft, brief),
        Letter::AddressConfirmed { brief } => addresses::confirmed(draft, brief),
        Letter::AddressLeft { brief } => addresses::left(draft, brief),
        Letter::NewLink { brief } => addresses::new_link(draft, brief),
        Letter::OfficerContactDetails {
            reference,
            what,
            path,
        } => addresses::for_officers(draft, reference, *what, path),
        Letter::Correction {
            about,
            body,
            earlier,
        } => correction(draft, about, body, earlier.as_ref()),
        Letter::YourAccount { notice } => account::notice(draft, *notice),
        Letter::ResponsesGiven { responses } => responses_given(draft, responses),
        Letter::ResponsesDue { responses } => responses_due(draft, responses),
        Letter::ResponseChased { response } => response_chased(draft, response),
        Letter::OfficerResponsesDue { responses } => officer_responses_due(draft, responses),
        Letter::OfficerMeetingNotClosed {
            board,
            date,
            questions,
            until,
            path,
        } => officer_meeting_not_closed(draft, board, *date, *questions, *until, path),
        Letter::OfficerNewQuestion {
            reference,
            board,
            date,
            refused,
            path,
        } => officer_new_question(draft, reference, board, *date, *refused, path),
        Letter::OfficerNewQuestions {
            since,
            until,
            meetings,
            path,
        } => new_questions::digest(draft, *since, *until, meetings, path),
        Letter::OfficerQuestionsRestored {
            board,
            date,
            deadline,
            restored,
            choices,
            path,
        } => meeting_changed::to_officers(draft, board, *date, *deadline, restored, choices, path),
        Letter::OfficerLetterFailed {
            letter,
            reference,
            error,
            path,
            last,
        } => officer_letter_failed(draft, letter, reference.as_deref(), error, path, *last),
    }
}

/// What a letter calls the private link.
const PRIVATE_LINK: &str = "Your private link";

/// What the private link of a letter is for before anything else, while nobody knows whose address it is.
const CONFIRM: &str = "confirm that you sent it: choose “This was me”, and from then on our emails include your question";

/// A letter while it is written.
struct Draft<'a> {
    settings: &'a Settings,
    link: Option<&'a str>,
    /// Whether it holds nothing that was typed.
    withheld: bool,
    blocks: Vec<Block>,
}

impl<'a> Draft<'a> {
    /// What sentences about the meeting are made of: the figures that hold for it, and the council's names.
    fn wording(&self, about: &About) -> Wording<'a> {
        self.settings.wording(about.date)
    }

    fn heading(mut self, words: &str) -> Self {
        self.blocks.push(Block::Heading(one_line(words)));
        self
    }

    fn say(mut self, words: impl AsRef<str>) -> Self {
        self.blocks.push(Block::Paragraph(one_line(words.as_ref())));
        self
    }

    fn points<T: AsRef<str>>(mut self, points: impl IntoIterator<Item = T>) -> Self {
        let points = points.into_iter().map(|point| one_line(point.as_ref()));
        self.blocks.push(Block::List(points.collect()));
        self
    }

    fn facts(mut self, facts: Vec<(&'static str, String)>) -> Self {
        let facts = facts
            .into_iter()
            .map(|(name, value)| (name, one_line(&value)));
        self.blocks.push(Block::Facts(facts.collect()));
        self
    }

    fn quote(mut self, words: &str) -> Self {
        self.blocks.push(Block::Quote(words.to_owned()));
        self
    }

    fn officers_words(mut self, words: &str) -> Self {
        self.blocks.push(Block::Words(words.to_owned()));
        self
    }

    fn desk(mut self, what: &'static str, path: &str) -> Self {
        let href = self.settings.council.public_url.page(path);
        self.blocks.push(Block::Link { what, href });
        self
    }

    fn when(self, so: bool, more: impl FnOnce(Self) -> Self) -> Self {
        if so { more(self) } else { self }
    }

    /// The question, and to which meeting it was sent.
    fn question(self, about: &About) -> Self {
        if self.withheld {
            return self.heading("Your question").say(
                "This email does not include your question, because we do not know yet that this is your email address. To read your question, open your private link.",
            );
        }
        self.heading("Your question")
            .when(about.words_left_out, |draft| {
                draft.say("This is the published text of your question. We have left out words that you sent.")
            })
            .quote(&about.question)
    }

    /// What can be done by the private link: or, on paper, by post and telephone.
    fn what_you_can_do(mut self, can: &[&str]) -> Self {
        self = self.heading("What you can do");
        match self.link {
            Some(href) => {
                let href = href.to_owned();
                let mut can = can.to_vec();
                if self.withheld {
                    can.insert(0, CONFIRM);
                }
                self = self.say("Use your private link to:").points(can);
                self.blocks.push(Block::Link {
                    what: PRIVATE_LINK,
                    href,
                });
                self.say("Do not share this link. Anyone with it can do these things.")
            }
            None => self
                .say("Write to us or call us, with the reference of your question, to:")
                .points(can),
        }
    }

    /// Adds the private link to a letter that withholds what the link shows, unless it has it already.
    fn with_link(self) -> Self {
        let has_it = self
            .blocks
            .iter()
            .any(|block| matches!(block, Block::Link { what, .. } if *what == PRIVATE_LINK));
        let needs_it = self.withheld && !has_it && self.link.is_some();
        self.when(needs_it, |draft| {
            draft.what_you_can_do(&[
                "read your question and everything that we have told you about it",
            ])
        })
    }

    fn for_questioner(self, about: &About, subject: String) -> Content {
        let this = self.with_link();
        Content {
            subject: one_line(&subject),
            blocks: this.blocks,
            to_questioner: true,
            reference: Some(about.reference.clone()),
        }
    }

    fn for_officers(self, subject: String, reference: Option<&str>) -> Content {
        Content {
            subject: one_line(&subject),
            blocks: self.blocks,
            to_questioner: false,
            reference: reference.map(str::to_owned),
        }
    }

    /// "(Standing Order 34(9)(iii))".
    fn because(&self, clause: Clause) -> String {
        format!("({})", self.settings.council.rule.cite(clause))
    }

    fn officer(&self) -> String {
        self.settings.council.committee_services_manager.clone()
    }
}

/// "the meeting of the Safer Policy and Performance Board on Tuesday 6 February 2024"
fn the_meeting(about: &About) -> String {
    format!(
        "the meeting of the {} on {}",
        about.board,
        long_date(about.date)
    )
}

fn meeting_facts(about: &About) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Meeting", about.board.clone()),
        ("Date", long_date(about.date)),
        ("Starts", clock_time(about.starts)),
        ("Where", about.venue.clone()),
    ];
    if !about.withheld {
        facts.push(("About", about.matter.clone()));
    }
    facts
}

fn question_facts(about: &About, received_at: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Reference", about.reference.clone()),
        ("Received", moment(received_at)),
    ];
    facts.extend(meeting_facts(about));
    facts
}

/// A number of minutes that a letter holds: "30 minutes".
fn minutes(number: i64) -> String {
    count(number.unsigned_abs(), "minute")
}

fn not_you(draft: Draft<'_>) -> Draft<'_> {
    let words = match draft.link {
        Some(_) => {
            "If you did not send this question, somebody else gave your details. Open your private link and choose “This was not me”: the question is taken out at once, and you can still send one of your own."
        }
        None => {
            "If you did not send this question, somebody else gave your details. Tell us: the question is taken out at once, and you can still send one of your own."
        }
    };
    draft.heading("If this was not you").say(words)
}

fn acknowledgement(
    draft: Draft<'_>,
    about: &About,
    received_at: DateTime<Utc>,
    deadline: DateTime<Utc>,
    provisional: bool,
) -> Content {
    let officer = draft.officer();
    let mut facts = question_facts(about, received_at);
    facts.insert(2, ("Deadline", time_on_day(deadline)));
    let draft = draft
        .say(format!(
            "We have received your question for {}.",
            the_meeting(about)
        ))
        .facts(facts)
        .when(provisional, |draft| {
            draft.say("The deadline is provisional, because the bank holidays of that year have not all been announced. We will write to you if it changes.")
        })
        .question(about)
        .heading("What happens next")
        .say(format!(
            "The {officer} will decide whether your question can be put at the meeting, and we will write to you again."
        ))
        .what_you_can_do(&[
            "check the progress of your question",
            "withdraw it: if you do so before the deadline, you can send another one",
            "tell us that you did not send it",
        ]);
    not_you(draft).for_questioner(
        about,
        format!("Your question {} has been received", about.reference),
    )
}

fn refused(
    draft: Draft<'_>,
    about: &About,
    received_at: DateTime<Utc>,
    refusals: &[Refusal],
    next_meeting: NextMeeting,
) -> Content {
    let names = &draft.settings.council.rule;
    let reasons = match refusals.len() {
        1 => "The reason is below, with what you can do.".to_owned(),
        n => format!("The {n} reasons are below, each with what you can do."),
    };
    let mut draft = draft
        .say(format!(
            "We have received your question for {}, but the council’s rules do not allow it to be put there. {reasons}",
            the_meeting(about)
        ))
        .facts(question_facts(about, received_at));
    for refusal in refusals {
        let words = RefusalWords::new(refusal, names, next_meeting);
        draft = draft
            .heading(words.title)
            .say(format!("{} ({})", words.reason, words.cited))
            .say(words.remedy);
    }
    let sends_on =
        matches!(next_meeting, NextMeeting::On(_)) && refusals.iter().all(Refusal::may_be_sent_on);
    let draft = draft
        .question(about)
        .heading("What happens next")
        .say("Your question is kept, and an officer can see it. If the council decides to admit it after all or to answer it in writing, we will write to you.")
        .what_you_can_do(if sends_on {
            &[
                "check the progress of your question",
                "send it to the board’s next meeting",
                "tell us that you did not send it",
            ]
        } else {
            &["check the progress of your question", "tell us that you did not send it"]
        });
    not_you(draft).for_questioner(
        about,
        format!(
            "Your question {} was not accepted for {}",
            about.reference,
            short_date(about.date)
        ),
    )
}

fn admitted(draft: Draft<'_>, about: &About, exception: bool) -> Content {
    let officer = draft.officer();
    let now = if exception {
        format!("The {officer} has now made an exception and admitted it.")
    } else {
        format!("The {officer} has looked at it again and admitted it.")
    };
    draft
        .say(format!(
            "We told you that your question could not be put at {}. {now}",
            the_meeting(about)
        ))
        .facts(meeting_facts(about))
        .question(about)
        .heading("What happens next")
        .say(format!(
            "The {officer} will decide whether your question can be put at the meeting, and we will write to you again."
        ))
        .what_you_can_do(&["check the progress of your question", "withdraw it"])
        .for_questioner(
            about,
            format!("Your question {} has been admitted", about.reference),
        )
}

fn replaced(draft: Draft<'_>, about: &About, response_due: Option<NaiveDate>) -> Content {
    let officer = draft.officer();
    let because = draft.because(Clause::Iii);
    let draft = draft
        .say(format!(
            "Your question for {} will not be put at the meeting.",
            the_meeting(about)
        ))
        .heading("Why")
        .say(format!(
            "There is a limit on how many questions one person or organisation can send to a meeting {}. We received more than that from what we believe is the same person or organisation. The {officer} has accepted another of those questions in place of this one.",
            because
        ));
    let draft = match response_due {
        Some(due) => draft.heading("What happens next").say(format!(
            "You will get a written response to this question instead. It is due by {}.",
            long_date(due)
        )),
        None => draft,
    };
    draft
        .heading("What you can do next")
        .points([
            "If you did not send another question to this meeting, or two people share these details, contact us as soon as you can. The decision can be looked at again until the meeting.",
            "You can send this question to a later meeting.",
        ])
        .question(about)
        .facts(meeting_facts(about))
        .for_questioner(
            about,
            format!(
                "Your question {} will not be put at the meeting",
                about.reference
            ),
        )
}

fn approved(
    draft: Draft<'_>,
    about: &About,
    questioner_minutes: i64,
    question_time_minutes: i64,
    needs_stated: bool,
    called: Option<&str>,
) -> Content {
    let council = &draft.settings.council;
    let danger = format!(
        "If being seen or named at the meeting could put you in danger, tell us before the meeting. Call {} or email {}.",
        council.phone, council.email
    );
    let wording = draft.wording(about);
    let supplementary = match wording.supplementaries() {
        Some(allowed) => format!(
            "You can ask {allowed} about the same matter. It may or may not be answered at the meeting {}.",
            draft.because(Clause::Iv)
        ),
        None => format!(
            "You cannot ask a supplementary question {}.",
            draft.because(Clause::Iv)
        ),
    };
    let absent = if wording.figures.absent_gets_written_response() {
        "If you cannot come, you will still get a written response. You do not need to do anything."
    } else {
        "If you are not there when your question is called, it is passed over."
    };
    let because = |clause| format!("({})", wording.cite(clause));
    draft
        .say(format!(
            "Your question has been approved for {}. Come to the meeting to ask it yourself.",
            the_meeting(about)
        ))
        .when(about.words_left_out, |draft| {
            draft.say("We have left out words that you sent. What is approved is the published text of your question, which is below. Ask it in those words.")
        })
        .facts(meeting_facts(about))
        .heading("What to expect")
        .points([
            format!(
                "Public question time lasts {} in all, for questions and answers {}.",
                minutes(question_time_minutes),
                because(Clause::I)
            ),
            format!(
                "The chair asks people to indicate that they wish to ask a question. Do so, or your question cannot be called {}.",
                because(Clause::Vii)
            ),
            format!(
                "When you are called, you have up to {} to speak {}.",
                minutes(questioner_minutes),
                because(Clause::Viii)
            ),
            supplementary,
            format!(
                "If there is not enough time to reach your question, you will get a written response {}.",
                because(Clause::Ix)
            ),
            absent.to_owned(),
        ])
        .heading("Your name at the meeting")
        .say("The meeting is public, and anybody may film it.")
        .when(called.is_some() && !about.withheld, |draft| {
            draft.say(format!(
                "When it is your turn, the chair will call: “{}”.",
                called.unwrap_or_default()
            ))
        })
        .say(danger)
        .heading("Before you come")
        .say("Keep your question short. Question time is not for debate or for statements on other questions. The questions received are handed round at the meeting.")
        .say(if needs_stated {
            "You told us what would help you take part. We will contact you about it before the meeting."
        } else {
            "Tell us before the meeting if there is anything that you need to take part, such as step-free access, a hearing loop or an interpreter."
        })
        .question(about)
        .what_you_can_do(&[
            "check the progress of your question and its place in the list",
            "withdraw it if you no longer want an answer",
        ])
        .for_questioner(
            about,
            format!(
                "Your question {} has been approved for {}",
                about.reference,
                short_date(about.date)
            ),
        )
}

fn rejected(
    draft: Draft<'_>,
    about: &About,
    grounds: &[Ground],
    reason: &str,
    earlier: Option<&Earlier>,
    another_until: Option<DateTime<Utc>>,
) -> Content {
    let wording = draft.settings.wording(about.date);
    let mut draft = draft
        .say(format!(
            "Your question for {} has been rejected. It will not be put at the meeting.",
            the_meeting(about)
        ))
        .heading("Why")
        .points(grounds.iter().map(|ground| {
            let words = ground.words(&wording);
            format!("{words} ({}).", wording.cite(ground.clause()))
        }))
        .officers_words(reason);
    if let Some(earlier) = earlier {
        draft = draft
            .heading("The earlier question")
            .say(format!(
                "Question {} was put to the {} on {}:",
                earlier.reference,
                earlier.board,
                long_date(earlier.put_on)
            ))
            .quote(&earlier.question);
        draft = match &earlier.answer {
            Some(answer) => draft.say("The answer was:").quote(answer),
            None => draft.say("No answer to it has been published yet."),
        };
    }
    draft = draft
        .heading("What you can do next")
        .points(rejection::what_next(grounds, another_until.is_some()));
    draft = match another_until {
        // it would not help: the person is not a resident, or has a question at the meeting already
        None if grounds.iter().any(|ground| !ground.leaves_another()) => draft,
        Some(until) => draft.say(format!(
            "This question no longer counts towards the {} that you can send to the meeting. You can send another one until {}.",
            wording.allowance(),
            time_on_day(until)
        )),
        None => draft.say(
            "It is too late to send another question to this meeting. You can send one to a later meeting.",
        ),
    };
    draft
        .say("If you think that this decision is wrong, contact us. It can be looked at again until the meeting.")
        .question(about)
        .facts(meeting_facts(about))
        .for_questioner(
            about,
            format!("Your question {} has been rejected", about.reference),
        )
}

fn reopened(draft: Draft<'_>, about: &About) -> Content {
    let officer = draft.officer();
    draft
        .say(format!(
            "We told you that your question for {} had been rejected. That decision has been taken back.",
            the_meeting(about)
        ))
        .facts(meeting_facts(about))
        .question(about)
        .heading("What happens next")
        .say(format!(
            "The {officer} will decide again whether your question can be put at the meeting, and we will write to you."
        ))
        .what_you_can_do(&["check the progress of your question", "withdraw it"])
        .for_questioner(
            about,
            format!("Your question {} is being looked at again", about.reference),
        )
}

fn withdrawn(draft: Draft<'_>, about: &About, another_until: Option<DateTime<Utc>>) -> Content {
    let draft = draft.say(format!(
        "Your question for {} has been withdrawn. It will not be put at the meeting, and you do not need to do anything.",
        the_meeting(about)
    ));
    let draft = match another_until {
        Some(until) => draft.say(format!(
            "You can send another question to this meeting until {}.",
            time_on_day(until)
        )),
        None => draft.say("You can send another question to a later meeting."),
    };
    draft
        .question(about)
        .heading("If this was not you")
        .say("If you did not withdraw your question, contact us at once.")
        .for_questioner(
            about,
            format!("Your question {} has been withdrawn", about.reference),
        )
}

fn meeting_moved(
    draft: Draft<'_>,
    about: &About,
    old_date: NaiveDate,
    deadline: DateTime<Utc>,
) -> Content {
    draft
        .say(format!(
            "The meeting of the {} on {} has moved to {}. Your question moves with it. You do not need to do anything to keep it.",
            about.board,
            long_date(old_date),
            long_date(about.date)
        ))
        .facts({
            let mut facts = meeting_facts(about);
            facts.insert(0, ("Reference", about.reference.clone()));
            facts.push(("Deadline for questions", time_on_day(deadline)));
            facts
        })
        .question(about)
        .what_you_can_do(&[
            "check the progress of your question",
            "withdraw it if you cannot come on the new date",
        ])
        .for_questioner(
            about,
            format!(
                "Your question {}: the meeting has moved to {}",
                about.reference,
                short_date(about.date)
            ),
        )
}

fn meeting_cancelled(
    draft: Draft<'_>,
    about: &About,
    due_on: NaiveDate,
    next: Option<&SendInstead>,
) -> Content {
    let can: &[&str] = if next.is_some() {
        &[
            "check the progress of your question",
            "send it to the board’s next meeting",
            "withdraw it if you no longer want a written response",
        ]
    } else {
        &[
            "check the progress of your question",
            "withdraw it if you no longer want a written response",
        ]
    };
    let because = draft.because(Clause::Ix);
    draft
        .say(format!(
            "{} has been cancelled, and there is no new date. We are sorry.",
            capital(&the_meeting(about))
        ))
        .heading("What happens next")
        .say(format!(
            "You will get a written response by {} {}. You do not need to do anything.",
            long_date(due_on),
            because
        ))
        .when(next.is_some(), |draft| {
            let Some(next) = next else { return draft };
            draft.say(format!(
                "If you would rather ask your question at a meeting, you can send it to the board’s next meeting, on {}, until {}.",
                long_date(next.date),
                time_on_day(next.deadline)
            ))
        })
        .question(about)
        .what_you_can_do(can)
        .for_questioner(
            about,
            format!(
                "Your question {}: the meeting has been cancelled",
                about.reference
            ),
        )
}

fn deadline_changed(
    draft: Draft<'_>,
    about: &About,
    old: DateTime<Utc>,
    new: DateTime<Utc>,
    reason: &str,
    ended: bool,
) -> Content {
    let rule = format!(
        "{} {}",
        draft.wording(about).about_notice(),
        draft.because(Clause::Iii)
    );
    let (next, can): (&str, &[&str]) = if ended {
        (
            "If you want to send another question to this meeting, it must reach us by the new deadline.",
            &["check the progress of your question"],
        )
    } else {
        (
            "Your question was received before this change and is not affected by it. If you want to withdraw it and send another one, do so before the new deadline.",
            &["check the progress of your question", "withdraw it"],
        )
    };
    draft
        .say(format!(
            "The deadline for questions to {} has changed.",
            the_meeting(about)
        ))
        .facts(vec![
            ("Reference", about.reference.clone()),
            ("Old deadline", time_on_day(old)),
            ("New deadline", time_on_day(new)),
            ("Why", reason.to_owned()),
        ])
        .say(rule)
        .heading("What happens next")
        .say(next)
        .question(about)
        .what_you_can_do(can)
        .for_questioner(
            about,
            format!(
                "Your question {}: the deadline has changed",
                about.reference
            ),
        )
}

fn response_owed(draft: Draft<'_>, about: &About, reason: Reason, due_on: NaiveDate) -> Content {
    let because = draft.because(Clause::Ix);
    draft
        .say(format!(
            "You will get a written response to your question for {}, because {} {}.",
            the_meeting(about),
            reason.to_questioner(),
            because
        ))
        .heading("What happens next")
        .say(format!(
            "We aim to send it by {}. If it takes longer, we will tell you and give you a new date.",
            long_date(due_on)
        ))
        .question(about)
        .what_you_can_do(&[
            "check the progress of your question",
            "read the response once it has been sent",
        ])
        .for_questioner(
            about,
            format!(
                "Your question {} will get a written response",
                about.reference
            ),
        )
}

fn dealt_with(
    draft: Draft<'_>,
    about: &About,
    position: i32,
    item: &str,
    minute_number: Option<&str>,
) -> Content {
    let minute = minute_number.map_or_else(String::new, |number| {
        format!(" The minute number is {number}.")
    });
    draft
        .say(format!(
            "Your question for {} was dealt with as part of item {position} of the agenda, “{item}”.{minute}",
            the_meeting(about)
        ))
        .heading("What happens next")
        .say("What was said about the item is recorded in the minutes of the meeting. You do not need to do anything.")
        .say("If this does not answer your question, contact us. You can also send a question to a later meeting.")
        .question(about)
        .what_you_can_do(&["check the progress of your question"])
        .for_questioner(
            about,
            format!(
                "Your question {} was dealt with at the meeting",
                about.reference
            ),
        )
}

fn not_put(draft: Draft<'_>, about: &About) -> Content {
    draft
        .say(format!(
            "You were recorded as absent at {}, so your question was not put.",
            the_meeting(about)
        ))
        .heading("What happens next")
        .say("The council does not send a written response in this case. You can send your question to a later meeting.")
        .say("If you were there, contact us.")
        .question(about)
        .what_you_can_do(&["check the progress of your question"])
        .for_questioner(
            about,
            format!("Your question {} was not put", about.reference),
        )
}

fn holding_reply(
    draft: Draft<'_>,
    about: &About,
    body: &str,
    new_due_on: Option<NaiveDate>,
) -> Content {
    let by = new_due_on.map_or_else(String::new, |date| {
        format!(" We now aim to send it by {}.", long_date(date))
    });
    draft
        .say(format!(
            "The written response to your question for {} will take longer than we said.{by}",
            the_meeting(about)
        ))
        .officers_words(body)
        .question(about)
        .what_you_can_do(&[
            "check the progress of your question",
            "read the response once it has been sent",
        ])
        .for_questioner(
            about,
            format!(
                "Your question {}: the written response will take longer",
                about.reference
            ),
        )
}

fn written_response(draft: Draft<'_>, about: &About, reason: Reason, body: &str) -> Content {
    let because = draft.because(Clause::Ix);
    draft
        .say(format!(
            "This is the written response to your question for {}. You get it in writing because {} {}.",
            the_meeting(about),
            reason.to_questioner(),
            because
        ))
        .question(about)
        .heading("Response")
        .officers_words(body)
        .heading("If you have a question about this response")
        .say("Contact us. You can also send a further question to a later meeting.")
        .for_questioner(
            about,
            format!("Written response to your question {}", about.reference),
        )
}

fn redacted_letter(
    draft: Draft<'_>,
    about: &About,
    redacted: &[Redacted],
    reason: &str,
    called: Option<&str>,
) -> Content {
    let officer = draft.officer();
    let council = &draft.settings.council;
    let object = format!(
        "Tell us why. Call {} or email {}. The {officer} will look at it again and write to you.",
        council.phone, council.email
    );
    let mut draft = draft
        .say(format!(
            "We have left words out of what we publish about your question for {}.",
            the_meeting(about)
        ))
        .heading("What we changed")
        .points(redacted.iter().map(|changed| changed.field.words()))
        .heading("Why")
        .officers_words(reason)
        .heading("What we publish now");
    if draft.withheld {
        draft = draft.say("To read what we publish, open your private link.");
    }
    for changed in redacted.iter().filter(|_| !about.withheld) {
        draft = draft.say(format!("{}:", capital(changed.field.words())));
        draft = match &changed.words {
            Some(words) => draft.quote(words),
            None => draft.say("Nothing. All of it was taken out."),
        };
    }
    draft
        .when(called.is_some() && !about.withheld, |draft| {
            draft.say(format!(
                "At the meeting, the chair will call: “{}”.",
                called.unwrap_or_default()
            ))
        })
        .heading("If you disagree")
        .say(object)
        .for_questioner(
            about,
            format!(
                "Your question {}: words have been left out of what we publish",
                about.reference
            ),
        )
}

fn correction(
    draft: Draft<'_>,
    about: &About,
    body: &str,
    earlier: Option<&EarlierResponse>,
) -> Content {
    let mut draft = draft
        .say(format!(
            "We sent you a written response to your question for {}. It needs a correction, and we are sorry for the mistake. This replaces our earlier response.",
            the_meeting(about)
        ))
        .heading("Corrected response")
        .officers_words(body);
    if let Some(earlier) = earlier {
        draft = draft
            .heading("Our earlier response")
            .say(format!(
                "We sent it to you on {}. These are its published words.",
                long_date(earlier.sent_on)
            ))
            .quote(&earlier.body);
    }
    draft.question(about).for_questioner(
        about,
        format!(
            "Correction to the written response to your question {}",
            about.reference
        ),
    )
}

/// "PQ-2024-7KX4, Safer Policy and Performance Board, 6 February 2024: due by Tuesday 20 February 2024".
fn due_line(response: &ResponseDue) -> String {
    let due = if response.overdue {
        "overdue since"
    } else {
        "due by"
    };
    format!(
        "{}, {}, {}: {due} {}",
        response.reference,
        response.board,
        short_date(response.date),
        long_date(response.due_on)
    )
}

/// The same with who writes it, for the officers.
fn owned_line(response: &ResponseDue) -> String {
    let owner = response.owner.as_deref().unwrap_or("nobody assigned");
    format!("{} ({owner})", due_line(response))
}

/// A link to the one response, or to the list where there are several.
fn to_responses<'a>(draft: Draft<'a>, responses: &[ResponseDue]) -> Draft<'a> {
    match responses {
        [only] => draft.desk("Open the written response", &only.path),
        _ => draft.desk("Open the written responses", "/staff/responses"),
    }
}

/// "1 written response is", "3 written responses are".
fn responses_are(count: usize) -> String {
    match count {
        1 => "1 written response is".to_owned(),
        count => format!("{count} written responses are"),
    }
}

fn responses_given(draft: Draft<'_>, responses: &[ResponseDue]) -> Content {
    let (says, subject) = match responses {
        [only] => (
            "A written response has been given to you.".to_owned(),
            format!("Written response to {} given to you", only.reference),
        ),
        several => (
            format!(
                "{} written responses have been given to you.",
                several.len()
            ),
            format!("{} written responses given to you", several.len()),
        ),
    };
    let draft = draft
        .say(says)
        .points(responses.iter().map(due_line))
        .say("If one takes longer, send a holding reply with a new date before it is due. If one is not for you, tell the officer who gave it to you.");
    to_responses(draft, responses).for_officers(subject, None)
}

fn responses_due(draft: Draft<'_>, responses: &[ResponseDue]) -> Content {
    let overdue = responses.iter().filter(|response| response.overdue).count();
    let subject = if overdue > 0 {
        format!("{} overdue", responses_are(overdue))
    } else {
        format!("{} due soon", responses_are(responses.len()))
    };
    let draft = draft
        .say("These written responses of yours are due soon or overdue.")
        .points(responses.iter().map(due_line))
        .say("Send each response, or a holding reply that gives the questioner a new date.");
    to_responses(draft, responses).for_officers(subject, None)
}

fn response_chased(draft: Draft<'_>, response: &ResponseDue) -> Content {
    let officer = draft.officer();
    let draft = draft
        .say(format!(
            "The {officer} asks you to send this written response, or a holding reply that gives the questioner a new date."
        ))
        .points([due_line(response)]);
    to_responses(draft, std::slice::from_ref(response)).for_officers(
        format!("Reminder: written response to {}", response.reference),
        Some(&response.reference),
    )
}

fn officer_responses_due(draft: Draft<'_>, responses: &[ResponseDue]) -> Content {
    let (overdue, unowned): (Vec<_>, Vec<_>) =
        responses.iter().partition(|response| response.overdue);
    let mut draft = draft;
    if !overdue.is_empty() {
        draft = draft
            .say(format!("{} overdue:", responses_are(overdue.len())))
            .points(overdue.iter().map(|response| owned_line(response)));
    }
    if !unowned.is_empty() {
        draft = draft
            .say(format!(
                "{} due soon and nobody’s:",
                responses_are(unowned.len())
            ))
            .points(unowned.iter().map(|response| due_line(response)));
    }
    let subject = match (overdue.len(), unowned.len()) {
        (0, count) => format!("{} due soon and nobody’s", responses_are(count)),
        (count, _) => format!("{} overdue", responses_are(count)),
    };
    to_responses(draft, responses).for_officers(subject, None)
}

fn officer_meeting_not_closed(
    draft: Draft<'_>,
    board: &str,
    date: NaiveDate,
    questions: i64,
    until: NaiveDate,
    path: &str,
) -> Content {
    let waits = match questions {
        1 => "1 question waits".to_owned(),
        count => format!("{count} questions wait"),
    };
    draft
        .say(format!(
            "Public question time of the {board} on {} was not closed: {waits} to be recorded.",
            long_date(date)
        ))
        .say("Record what happened to each question and close it.")
        .say(format!(
            "If nobody closes it by the end of {}, the service does. Each question that nobody recorded as put then gets a written response, and its questioner is told.",
            long_date(until)
        ))
        .desk("Record what happened and close it", path)
        .for_officers(
            format!("Question time of {} was not closed", short_date(date)),
            None,
        )
}

fn next_meeting_announced(
    draft: Draft<'_>,
    about: &About,
    (date, starts): (NaiveDate, NaiveTime),
    venue: &str,
    deadline: DateTime<Utc>,
) -> Content {
    let because = draft.because(Clause::Iii);
    draft
        .say(format!(
            "We could not accept your question for {}. We said that we would write to you when the board’s next meeting was announced.",
            the_meeting(about)
        ))
        .facts(vec![
            ("Reference", about.reference.clone()),
            ("Next meeting", long_date(date)),
            ("Starts", clock_time(starts)),
            ("Where", venue.to_owned()),
            ("Deadline for questions", time_on_day(deadline)),
        ])
        .say(format!(
            "Your question has not been sent to this meeting. If you want to ask it there, send it before the deadline {}.",
            because
        ))
        .question(about)
        .what_you_can_do(&[
            "send your question to the board’s next meeting",
            "check the progress of your question",
        ])
        .for_questioner(
            about,
            format!(
                "Your question {}: the board meets next on {}",
                about.reference,
                short_date(date)
            ),
        )
}

fn officer_new_question(
    draft: Draft<'_>,
    reference: &str,
    board: &str,
    date: NaiveDate,
    refused: bool,
    path: &str,
) -> Content {
    let meeting = format!("the meeting of the {board} on {}", long_date(date));
    let (draft, subject) = if refused {
        (
            draft
                .say(format!(
                    "Question {reference} came for {meeting}. The standing order refused it, and the questioner has been told why."
                ))
                .say("It is kept. You can admit it by an exception, or give it a written response."),
            format!(
                "Question {reference} was refused for {}",
                short_date(date)
            ),
        )
    } else {
        (
            draft.say(format!(
                "Question {reference} has come for {meeting}. It waits for a decision."
            )),
            format!("New question {reference} for {}", short_date(date)),
        )
    };
    draft
        .desk("Open the question", path)
        .for_officers(subject, Some(reference))
}

fn officer_letter_failed(
    draft: Draft<'_>,
    letter: &str,
    reference: Option<&str>,
    error: &str,
    path: &str,
    last: bool,
) -> Content {
    let letter = letter.replace('_', " ");
    let (what, subject) = match reference {
        Some(reference) => (
            format!("The letter “{letter}” about question {reference} could not be sent."),
            format!("A letter about question {reference} could not be sent"),
        ),
        None => (
            format!("The letter “{letter}” could not be sent."),
            "A letter could not be sent".to_owned(),
        ),
    };
    draft
        .say(what)
        .when(!error.trim().is_empty(), |draft| {
            draft.say("The reason was:").quote(error)
        })
        .say("Whoever it was for has not been told. Send it again, or reach them in another way and note that you have.")
        .when(last, |draft| {
            draft.say("Several letters could not be sent within an hour. If there are more, you will not get an email about each. The list shows all of them.")
        })
        .desk("Open the letters that failed", path)
        .for_officers(subject, reference)
}

fn capital(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}
