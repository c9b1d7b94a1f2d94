//! What an officer needs to see before deciding: earlier questions that are alike, and other questioners at the meeting who may
//! be the same person or organisation. The service finds, ranks and explains; a person decides (readings 5 and 10).

use std::collections::HashMap;

use crate::{
    domain::{
        id::QuestionId,
        meeting::Meeting,
        questioner::{
            EmailAddress, Naming, Organisation, PersonName, PostalAddress, Postcode, Questioner,
        },
        reference::Reference,
        same_person::{Likelihood, Likeness, Person, Profile, compare},
        similarity::{Band, Match},
        standing_order::repetition::window,
    },
    service::{
        Service, ServiceError, desk,
        views::{self, PublicQuestion},
    },
    store::{
        connection::Db,
        questions::{self, Question, QuestionerDetails},
    },
};

/// An earlier question that is like this one.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierMatch {
    /// The earlier question with its answer, as published.
    pub earlier: PublicQuestion,
    /// It as recorded.
    pub question: Question,
    /// How likely it is that a person would say that the two ask the same, 0 to 1.
    pub likelihood: f64,
    /// What that says.
    pub band: Band,
}

/// Another question at the same meeting whose questioner may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similar {
    /// The other question.
    pub question: Question,
    /// Its questioner.
    pub questioner: QuestionerDetails,
    /// Why, the strongest reason first.
    pub reasons: Vec<Likeness>,
    /// How likely it is that they are one.
    pub likelihood: Likelihood,
    /// Whether the two contend for one allowance.
    pub contested: bool,
}

/// How many questioners who may be the same are shown beside a question.
pub const MAX_SIMILAR: usize = 50;

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// Earlier questions in the window, best first.
    pub matches: Vec<EarlierMatch>,
    /// Other questions at the meeting from what may be the same person or organisation.
    pub similar: Vec<Similar>,
}

impl Evidence {
    /// The matches that must be decided in words before the question is approved.
    pub fn strong(&self) -> impl Iterator<Item = &EarlierMatch> {
        strong(&self.matches)
    }
}

/// The matches that are almost certainly the same question.
pub fn strong(matches: &[EarlierMatch]) -> impl Iterator<Item = &EarlierMatch> {
    matches.iter().filter(|found| found.band == Band::Strong)
}

/// The questions put in the window before the meeting that are like the text, best first. Where the text is that of a question
/// which the service has, `itself` says which: a question is not like itself.
///
/// # Errors
/// Those of the store.
pub fn matches(
    service: &Service,
    db: &mut Db,
    meeting: &Meeting,
    text: &str,
    itself: Option<QuestionId>,
) -> Result<Vec<EarlierMatch>, ServiceError> {
    let settings = &service.settings.similarity;
    let compared = window(meeting.date, service.figures(meeting).repetition_window());
    let ranked = service.archive.find(
        db,
        text,
        itself,
        |put_on| compared.contains(put_on),
        settings.show,
    )?;
    let banded: Vec<(Match, Band)> = ranked
        .into_iter()
        .filter_map(|ranked| {
            let band = settings.thresholds.band(ranked.likelihood)?;
            Some((ranked, band))
        })
        .collect();
    let ids: Vec<QuestionId> = banded.iter().map(|(ranked, _)| ranked.id).collect();
    let earlier = questions::some(db, &ids)?;
    let shown = views::public_questions(db, &earlier)?;
    let mut known: HashMap<QuestionId, (Question, PublicQuestion)> = earlier
        .into_iter()
        .zip(shown)
        .map(|(question, shown)| (question.id, (question, shown)))
        .collect();
    banded
        .into_iter()
        .map(|(ranked, band)| {
            let (question, earlier) = known.remove(&ranked.id).ok_or(ServiceError::NotFound)?;
            Ok(EarlierMatch {
                earlier,
                question,
                likelihood: ranked.likelihood,
                band,
            })
        })
        .collect()
}

/// The reference of the earlier question that a question matches strongly, if it does (reading 10).
///
/// # Errors
/// Those of the store.
pub(super) fn strong_match(
    service: &Service,
    db: &mut Db,
    meeting: &Meeting,
    question: &Question,
) -> Result<Option<Reference>, ServiceError> {
    let compared = window(meeting.date, service.figures(meeting).repetition_window());
    let ranked = service.archive.find(
        db,
        &question.public_text,
        Some(question.id),
        |put_on| compared.contains(put_on),
        1,
    )?;
    let thresholds = &service.settings.similarity.thresholds;
    match ranked.first() {
        Some(best) if thresholds.band(best.likelihood) == Some(Band::Strong) => {
            Ok(Some(questions::question(db, best.id)?.reference))
        }
        _ => Ok(None),
    }
}

/// What was found for a question.
///
/// # Errors
/// Those of the store.
pub fn evidence(
    service: &Service,
    db: &mut Db,
    question: &Question,
    meeting: &Meeting,
) -> Result<Evidence, ServiceError> {
    Ok(Evidence {
        matches: matches(
            service,
            db,
            meeting,
            &question.public_text,
            Some(question.id),
        )?,
        similar: similar(service, db, question)?,
    })
}

/// The other questioners at the meeting of a question who may be the same, what refuses first, then the likeliest: [`MAX_SIMILAR`] at
/// most.
///
/// # Errors
/// Those of the store.
fn similar(
    service: &Service,
    db: &mut Db,
    question: &Question,
) -> Result<Vec<Similar>, ServiceError> {
    let mut found = service
        .people
        .similar(db, &[(question.meeting_id, question.id)])?
        .pop()
        .unwrap_or_default();
    found.truncate(MAX_SIMILAR);
    let ids: Vec<QuestionId> = found.iter().map(|found| found.id).collect();
    let mut others: HashMap<QuestionId, Question> = questions::some(db, &ids)?
        .into_iter()
        .map(|other| (other.id, other))
        .collect();
    let mut questioners: HashMap<String, QuestionerDetails> = questions::questioners_of(db, &ids)?
        .into_iter()
        .map(|details| (details.question_id.clone(), details))
        .collect();
    Ok(found
        .into_iter()
        .filter_map(|found| {
            let other = others.remove(&found.id)?;
            Some(Similar {
                contested: found
                    .strongest()
                    .is_some_and(|likeness| desk::is_contested(question, &other, likeness)),
                questioner: questioners.remove(&found.id.to_string())?,
                likelihood: found.comparison.likelihood()?,
                reasons: found.comparison.reasons,
                question: other,
            })
        })
        .collect())
}

/// The reasons to think that the questioners of two questions are one, the strongest first; none once the details were removed.
///
/// # Errors
/// Those of the store.
pub(super) fn reasons_between(
    db: &mut Db,
    one: QuestionId,
    other: QuestionId,
) -> Result<Vec<Likeness>, ServiceError> {
    let (one, other) = (
        questions::questioner(db, one)?,
        questions::questioner(db, other)?,
    );
    Ok(match (one, other) {
        (Some(one), Some(other)) => {
            compare(
                &Profile::read(&person(&one)),
                &Profile::read(&person(&other)),
            )
            .reasons
        }
        _ => Vec::new(),
    })
}

pub(super) fn person(details: &QuestionerDetails) -> Person<'_> {
    Person {
        name: &details.name,
        email: details.email.as_deref(),
        postcode: &details.postcode,
        address: Some(&details.address),
        organisation: details.organisation.as_deref(),
    }
}

/// The questioner whose details these are.
///
/// # Errors
/// [`ServiceError::Internal`] where stored details no longer parse.
pub fn stored_questioner(details: &QuestionerDetails) -> Result<Questioner, ServiceError> {
    let broken = |_| ServiceError::Internal("stored details cannot be read".to_owned());
    Ok(Questioner {
        name: PersonName::stored(&details.name),
        organisation: details.organisation.as_deref().map(Organisation::stored),
        address: PostalAddress::parse(&details.address).map_err(broken)?,
        postcode: Postcode::parse(&details.postcode).map_err(broken)?,
        email: details.email.as_deref().map(EmailAddress::stored),
        telephone: None,
        needs: None,
        resident: details.resident,
        naming: if details.publish_name {
            Naming::Name
        } else {
            Naming::Withheld
        },
        carer: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_that_were_stored_before_the_forms_became_stricter_are_still_read() {
        let details = QuestionerDetails {
            question_id: String::new(),
            name: "Sample Resident www.example.org".to_owned(),
            organisation: Some("anglers@example.org".to_owned()),
            address: "1 Example Street\nWidnes WA7 2BB".to_owned(),
            postcode: "WA8 7QF".to_owned(),
            email: Some("resident@192.0.2.1".to_owned()),
            telephone: Some("07700 90098".to_owned()),
            needs: None,
            arranged: None,
            resident: true,
            publish_name: true,
            under_18: false,
            carer_name: None,
            confirmed_at: None,
            confirmed_by: None,
        };
        let read = stored_questioner(&details).unwrap();
        assert_eq!(read.name.as_str(), details.name);
        assert_eq!(read.email.unwrap().as_str(), "resident@192.0.2.1");
    }
}
