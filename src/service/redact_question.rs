//! Redaction: editing what is published of a question, to take out what must not be (reading 20). The text as received is kept for
//! the proper officer; the questioner is told what was changed and why.

use serde::{Deserialize, Serialize};

use crate::{
    coded,
    domain::{
        id::QuestionId,
        question::{MatterWords, QuestionText},
        questioner::{Naming, UNNAMED},
        status::Status,
        text,
    },
    service::{
        FieldError, Service, ServiceError,
        actor::Acting,
        letters::{About, Letter},
        permission,
        views::{self, QuestionView},
    },
    store::{
        connection::Db,
        letters::{self, LetterState},
        questions::{self, Minutes, Question},
        responses::{self, SentReply},
        rows,
    },
};

coded! {
    /// What is published of a question, field by field.
    pub enum Published {
        /// The text of the question.
        Text = "text",
        /// The name.
        Name = "name",
        /// The matter.
        Matter = "matter",
        /// The answer at the meeting.
        Response = "response",
        /// Who gave it.
        AnsweredBy = "answered_by",
        /// The supplementary question.
        Supplementary = "supplementary",
        /// The answer to it.
        SupplementaryResponse = "supplementary_response",
        /// The published version of a written response, or of a correction.
        WrittenResponse = "written_response",
    }
}

impl Published {
    /// Returns the field in words that follow "your".
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "the text of your question",
            Self::Name => "the name published with your question",
            Self::Matter => "what your question is about",
            Self::Response => "the answer at the meeting",
            Self::AnsweredBy => "who answered at the meeting",
            Self::Supplementary => "your supplementary question",
            Self::SupplementaryResponse => "the answer to your supplementary question",
            Self::WrittenResponse => "the written response to your question",
        }
    }
}

/// A published field as it reads after a redaction; no words where nothing of it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted {
    /// The field.
    pub field: Published,
    /// Its published words.
    pub words: Option<String>,
}

/// The published fields as they are to read. A field that is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redaction {
    /// The text of the question.
    pub public_text: Option<String>,
    /// The name; empty to publish no name.
    pub published_name: Option<String>,
    /// The matter.
    pub matter: Option<String>,
    /// The answer at the meeting.
    pub response: Option<String>,
    /// Who gave it.
    pub answered_by: Option<String>,
    /// The supplementary question.
    pub supplementary_text: Option<String>,
    /// The answer to it.
    pub supplementary_response: Option<String>,
    /// The published version of each reply that has one, oldest first; empty to publish nothing of it.
    pub replies: Vec<Option<String>>,
    /// Why.
    pub reason: String,
}

/// A redaction that has been checked against what is published.
struct Change {
    question: Question,
    minutes: Minutes,
    /// The replies whose published version changes, by their places among the published ones.
    replies: Vec<(usize, Option<String>)>,
    redacted: Vec<Redacted>,
    letter: Letter,
}

/// Returns the replies that have a published version, oldest first.
pub fn published_replies(replies: &[SentReply]) -> impl Iterator<Item = &SentReply> {
    replies.iter().filter(|sent| sent.published_body.is_some())
}

/// Returns the letter that a redaction sends, and the question as it stands.
///
/// # Errors
/// As [`redact`].
pub fn preview(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    redaction: &Redaction,
) -> Result<(QuestionView, Letter), ServiceError> {
    permission::proper_officer(acting)?;
    service.store.read(|db| {
        let view = views::question(service, db, id)?;
        if view.question.version != version {
            return Err(ServiceError::changed());
        }
        let change = change(db, &view, redaction)?;
        Ok((view, change.letter))
    })
}

/// Changes what is published of a question and tells the questioner. Letters about it that have not been sent yet follow.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] where a field is wrong, nothing changes or the reason is missing;
/// [`ServiceError::Conflict`] where it has changed since.
pub fn redact(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    redaction: &Redaction,
) -> Result<Question, ServiceError> {
    permission::proper_officer(acting)?;
    service.store.write(|db| {
        let view = views::question(service, db, id)?;
        let was = &view.question;
        if was.version != version {
            return Err(ServiceError::changed());
        }
        let Change {
            question,
            minutes,
            replies,
            redacted,
            letter,
        } = change(db, &view, redaction)?;
        if !questions::update(db, &question)? {
            return Err(ServiceError::changed());
        }
        if minutes != view.minutes && !questions::write_minutes(db, id, &minutes)? {
            return Err(ServiceError::changed());
        }
        let published: Vec<&SentReply> = published_replies(&view.replies).collect();
        for (place, body) in &replies {
            if let Some(sent) = published.get(*place) {
                responses::publish(db, &sent.id, body.as_deref())?;
            }
        }
        rewrite_unsent(db, &question, &view)?;
        // the words themselves may be personal: the trail says what changed and why
        let fields: Vec<Published> = redacted.iter().map(|redacted| redacted.field).collect();
        let change = serde_json::json!({
            "reason": redaction.reason.trim(),
            "fields": fields,
            "characters_before": was.public_text.chars().count(),
            "characters_after": question.public_text.chars().count(),
        });
        service.audit_question(db, acting, "redact", Some(was), &question, change)?;
        service.write_letter(db, acting, &question, view.questioner.as_ref(), &letter)?;
        Ok(question)
    })
}

/// Reads the fields of a redaction: all that is wrong, together.
fn change(db: &mut Db, view: &QuestionView, redaction: &Redaction) -> Result<Change, ServiceError> {
    let was = &view.question;
    let mut problems = Vec::new();
    let mut redacted = Vec::new();
    let mut question = was.clone();
    if let Some(typed) = &redaction.public_text {
        match QuestionText::parse(typed) {
            Ok(text) if text.as_str() != was.public_text => {
                text.as_str().clone_into(&mut question.public_text);
                redacted.push(Redacted {
                    field: Published::Text,
                    words: Some(question.public_text.clone()),
                });
            }
            Ok(_) => {}
            Err(malformed) => problems.push(FieldError::of("public_text", malformed)),
        }
    }
    if let Some(typed) = &redaction.published_name {
        let name = text::single_line(typed);
        if name.chars().count() > 300 {
            problems.push(FieldError::new(
                "published_name",
                "too_long",
                "The published name must be 300 characters or fewer",
            ));
        } else if name.is_empty() || name == UNNAMED {
            UNNAMED.clone_into(&mut question.published_name);
            question.naming = Naming::Withheld;
        } else {
            question.published_name = name;
        }
        if question.published_name != was.published_name {
            redacted.push(Redacted {
                field: Published::Name,
                words: Some(question.published_name.clone()),
            });
        }
    }
    if question.naming == Naming::Withheld && question.room_number.is_none() {
        question.room_number = Some(questions::next_room_number(db, question.meeting_id)?);
    }
    if let Some(typed) = &redaction.matter
        && text::single_line(typed) != view.matter
    {
        match MatterWords::parse(typed) {
            Ok(matter) => {
                question.public_matter = Some(matter.as_str().to_owned());
                redacted.push(Redacted {
                    field: Published::Matter,
                    words: question.public_matter.clone(),
                });
            }
            Err(malformed) => problems.push(FieldError::of("matter", malformed)),
        }
    }
    let minutes = changed_minutes(view, redaction, &mut problems, &mut redacted);
    let mut replies = Vec::new();
    for (place, sent) in published_replies(&view.replies).enumerate() {
        let Some(Some(typed)) = redaction.replies.get(place) else {
            continue;
        };
        let body = long_text("replies", typed, &mut problems);
        if body != sent.published_body {
            redacted.push(Redacted {
                field: Published::WrittenResponse,
                words: body.clone(),
            });
            replies.push((place, body));
        }
    }
    if redacted.is_empty() && problems.is_empty() {
        problems.push(FieldError::new(
            "public_text",
            "unchanged",
            "Change at least one of the published texts",
        ));
    }
    if redaction.reason.trim().is_empty() {
        problems.push(FieldError::new(
            "reason",
            "empty",
            "Enter why the published text is changed",
        ));
    } else if redaction.reason.chars().count() > 2_000 {
        problems.push(FieldError::new(
            "reason",
            "too_long",
            "Why the published text is changed must be 2,000 characters or fewer",
        ));
    }
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    question.version += 1;
    let matter = views::matter_words(&question, &view.meeting.agenda);
    let called = (was.status == Status::Approved
        && views::room_name(&question, &view.meeting) != views::room_name(was, &view.meeting))
    .then(|| views::room_name(&question, &view.meeting).to_string());
    let letter = Letter::Redacted {
        about: About::new(
            &question,
            &matter,
            &view.meeting.board,
            view.meeting.meeting(),
        ),
        redacted: redacted.clone(),
        reason: redaction.reason.trim().to_owned(),
        called,
    };
    Ok(Change {
        question,
        minutes,
        replies,
        redacted,
        letter,
    })
}

fn long_text(field: &'static str, typed: &str, problems: &mut Vec<FieldError>) -> Option<String> {
    let text = text::several_lines(typed);
    if text.chars().count() > 50_000 {
        problems.push(FieldError::new(
            field,
            "too_long",
            "The text must be 50,000 characters or fewer",
        ));
    }
    (!text.is_empty()).then_some(text)
}

fn changed_minutes(
    view: &QuestionView,
    redaction: &Redaction,
    problems: &mut Vec<FieldError>,
    redacted: &mut Vec<Redacted>,
) -> Minutes {
    let mut minutes = view.minutes.clone();
    let fields = [
        (
            "response",
            Published::Response,
            &redaction.response,
            &mut minutes.response,
        ),
        (
            "answered_by",
            Published::AnsweredBy,
            &redaction.answered_by,
            &mut minutes.answered_by,
        ),
        (
            "supplementary_text",
            Published::Supplementary,
            &redaction.supplementary_text,
            &mut minutes.supplementary_text,
        ),
        (
            "supplementary_response",
            Published::SupplementaryResponse,
            &redaction.supplementary_response,
            &mut minutes.supplementary_response,
        ),
    ];
    for (name, field, typed, published) in fields {
        let Some(typed) = typed else { continue };
        let words = long_text(name, typed, problems);
        if words != *published {
            published.clone_from(&words);
            redacted.push(Redacted { field, words });
        }
    }
    if minutes != view.minutes {
        minutes.version += 1;
    }
    minutes
}

/// Takes the redacted words out of letters that have not left yet: those about the question, and rejections of other questions that
/// quote it.
fn rewrite_unsent(
    db: &mut Db,
    question: &Question,
    view: &QuestionView,
) -> Result<(), ServiceError> {
    let matter = views::matter_words(question, &view.meeting.agenda);
    for state in [
        LetterState::Waiting,
        LetterState::Failed,
        LetterState::ToPrint,
    ] {
        for outbox in letters::with_state(db, state, i64::MAX)? {
            let mut letter: Letter = rows::json(&outbox.letter)?;
            let before = letter.clone();
            if outbox.question_id == Some(question.id) {
                if let Some(about) = letter.about_mut() {
                    about.question.clone_from(&question.public_text);
                    about.words_left_out = question.words_left_out();
                    about.matter.clone_from(&matter);
                }
                if let Letter::Approved { called, .. } = &mut letter {
                    *called = Some(views::room_name(question, &view.meeting).to_string());
                }
            }
            if let Letter::Rejected {
                earlier: Some(earlier),
                ..
            } = &mut letter
                && earlier.reference == question.reference.as_str()
            {
                let put = views::public_question(db, question)?;
                earlier.question.clone_from(&question.public_text);
                earlier.answer = put.answer().map(str::to_owned);
            }
            if letter != before {
                letters::rewrite(db, outbox.id, &rows::to_json(&letter)?)?;
            }
        }
    }
    Ok(())
}
