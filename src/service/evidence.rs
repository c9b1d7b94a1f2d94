//! What an officer needs to see before deciding: earlier questions that are alike, and other questioners at the meeting who may
//! be the same person or organisation. The service finds, ranks and explains; a person decides (readings 5 and 10).

use crate::{
    domain::{
        id::QuestionId,
        meeting::Meeting,
        questioner::{
            EmailAddress, Naming, Organisation, PersonName, PostalAddress, Postcode, Questioner,
        },
        same_person::{Likelihood, Likeness, Person, Profile, compare},
        similarity::Band,
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
    let mut found = Vec::new();
    for ranked in ranked {
        let Some(band) = settings.thresholds.band(ranked.likelihood) else {
            continue;
        };
        let question = questions::question(db, ranked.id)?;
        found.push(EarlierMatch {
            earlier: views::public_question(db, &question)?,
            question,
            likelihood: ranked.likelihood,
            band,
        });
    }
    Ok(found)
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
        similar: similar(db, question)?,
    })
}

/// The other questioners at the meeting of a question who may be the same, the likeliest first.
///
/// # Errors
/// Those of the store.
pub(super) fn similar(db: &mut Db, question: &Question) -> Result<Vec<Similar>, ServiceError> {
    let everybody = questions::questioners_at(db, question.meeting_id)?;
    let id = question.id.to_string();
    let Some(this) = everybody.iter().find(|details| details.question_id == id) else {
        return Ok(Vec::new());
    };
    let others = questions::at_meeting(db, question.meeting_id)?;
    let this = Profile::read(&person(this));
    let mut found = Vec::new();
    for details in everybody.iter().filter(|details| details.question_id != id) {
        let compared = compare(&this, &Profile::read(&person(details)));
        let Some(likelihood) = compared.likelihood() else {
            continue;
        };
        if let Some(other) = others
            .iter()
            .find(|other| other.id.to_string() == details.question_id)
        {
            let similar = Similar {
                contested: compared
                    .reasons
                    .first()
                    .is_some_and(|likeness| desk::is_contested(question, other, *likeness)),
                question: other.clone(),
                questioner: details.clone(),
                reasons: compared.reasons,
                likelihood,
            };
            found.push((compared.weight, similar));
        }
    }
    // what refuses first, then by weight
    found.sort_by(|(weight_a, a), (weight_b, b)| {
        let refuses = |similar: &Similar| similar.reasons.iter().any(|reason| reason.refuses());
        refuses(b)
            .cmp(&refuses(a))
            .then(weight_b.total_cmp(weight_a))
            .then(a.question.received_at.cmp(&b.question.received_at))
    });
    Ok(found.into_iter().map(|(_, similar)| similar).collect())
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
        };
        let read = stored_questioner(&details).unwrap();
        assert_eq!(read.name.as_str(), details.name);
        assert_eq!(read.email.unwrap().as_str(), "resident@192.0.2.1");
    }
}
