//! Putting contact details right (reading 29): by the questioner, who can have letters sent to another e-mail address, and by the
//! proper officer, who can correct any of them.
//!
//! A private link is no proof of who holds it. So a change that is asked for by link takes effect only once whoever reads the new
//! address confirms it, and whoever reads the old one is told at once and can stop it or undo it. An undo also replaces the private
//! link and closes this way for the question: from then on it is the officer's.

use chrono::TimeDelta;

use crate::{
    domain::{
        id::QuestionId,
        questioner::{Confirmation, EmailAddress},
        text,
    },
    service::{
        FieldError, Service, ServiceError,
        actor::Acting,
        evidence,
        letters::{Brief, ContactDetailsMatter, Letter},
        permission,
        submit_question::Slots,
        typed_question::TypedQuestioner,
        views, your_question,
    },
    store::{
        connection::Db,
        letters, postcodes,
        questions::{self, AddressCorrection, HashedKey, Question, QuestionerDetails},
    },
};

/// The most changes of address that can be asked for by one private link in a day.
const MAX_ASKED_A_DAY: usize = 3;

/// How long a new address can be confirmed.
const CONFIRM_WITHIN: TimeDelta = TimeDelta::days(7);

/// The letters that belong to the address that they were written to.
const BOUND_TO_AN_ADDRESS: &[&str] =
    &["address_to_confirm", "address_change_asked", "address_left"];

/// A request to send letters elsewhere, as the pages about it show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested {
    /// What the page says of the question.
    pub brief: Brief,
    /// Where the request stands.
    pub standing: RequestStanding,
}

/// Where a request to send letters elsewhere stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestStanding {
    /// It waits for whoever reads the new address.
    Waiting,
    /// Letters go to the new address.
    Confirmed,
    /// Whoever reads the old address stopped it.
    Stopped,
    /// It is too old, or another took its place.
    Ended,
}

/// Asks for letters about a question to go to another e-mail address: writes to that address, which must be confirmed, and to the
/// present one. The answer is the same whatever the present address is, so that nobody can find it out by trying.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Invalid`] for the address; [`ServiceError::TooMany`];
/// [`ServiceError::Conflict`] where it cannot be corrected by link.
pub fn ask(
    service: &Service,
    acting: &Acting,
    token: &str,
    email: &str,
) -> Result<(), ServiceError> {
    service.store.write(|db| {
        let question = service.question_by_token(db, token)?;
        if !your_question::look_in(service, db, &question)?
            .possible
            .correct_address
        {
            return Err(ServiceError::Conflict(
                "The address cannot be changed on this page. Contact us.".to_owned(),
            ));
        }
        let email = EmailAddress::parse(email)
            .map_err(|malformed| ServiceError::Invalid(vec![FieldError::of("email", malformed)]))?
            .as_str()
            .to_owned();
        let details = questions::questioner(db, question.id)?.ok_or(ServiceError::NotFound)?;
        let now = service.now();
        let earlier = questions::address_corrections(db, question.id)?;
        let today: Vec<_> = earlier
            .iter()
            .map(|asked| asked.asked_at)
            .filter(|asked_at| *asked_at > now - TimeDelta::days(1))
            .collect();
        if today.len() >= MAX_ASKED_A_DAY {
            let first = today.iter().min().copied().unwrap_or(now);
            let wait = first + TimeDelta::days(1) - now;
            return Err(ServiceError::TooMany(wait.to_std().unwrap_or_default()));
        }
        // the letter that warns the present address is never held back: without it nothing is asked for
        for address in details.email.iter().chain([&email]) {
            service.check_room(db, acting, address)?;
        }
        for mut pending in earlier {
            if pending.confirmed_at.is_none() && pending.superseded_at.is_none() {
                pending.superseded_at = Some(now);
                questions::update_address_correction(db, &pending)?;
            }
        }
        let same = details
            .email
            .as_deref()
            .is_some_and(|present| present.eq_ignore_ascii_case(&email));
        let correction = AddressCorrection {
            id: service.new_id(),
            question_id: question.id,
            old_email: details.email.clone(),
            new_email: email.clone(),
            asked_at: now,
            confirmed_at: None,
            // counted like any other, and good for nothing
            superseded_at: same.then_some(now),
            stopped_at: None,
        };
        questions::insert_address_correction(db, &correction)?;
        service.audit_question(
            db,
            acting,
            "ask_address_change",
            None,
            &question,
            serde_json::json!({}),
        )?;
        if same {
            return Ok(());
        }
        let brief = brief_of(service, db, &question)?;
        // nothing that was typed goes to an address before it is confirmed, the name included
        service.write_letter_to(
            db,
            acting,
            question.id,
            Some(email),
            "Sir or Madam".to_owned(),
            &Letter::AddressToConfirm {
                brief: brief.clone(),
                correction: correction.id,
            },
        )?;
        service.write_letter(
            db,
            acting,
            &question,
            Some(&details),
            &Letter::AddressChangeAsked {
                brief,
                correction: correction.id,
            },
        )
    })
}

/// Opens the link in the letter to a new address.
///
/// # Errors
/// [`ServiceError::NotFound`] for a token that is not right.
pub fn to_confirm(service: &Service, token: &str) -> Result<Requested, ServiceError> {
    service.store.read(|db| {
        let correction = service.correction_to_confirm(db, token)?;
        requested(service, db, &correction)
    })
}

/// Opens the link in the letter to the old address.
///
/// # Errors
/// [`ServiceError::NotFound`] for a token that is not right.
pub fn to_stop(service: &Service, token: &str) -> Result<Requested, ServiceError> {
    service.store.read(|db| {
        let correction = service.correction_to_stop(db, token)?;
        requested(service, db, &correction)
    })
}

fn requested(
    service: &Service,
    db: &mut Db,
    correction: &AddressCorrection,
) -> Result<Requested, ServiceError> {
    let question = questions::question(db, correction.question_id)?;
    Ok(Requested {
        brief: brief_of(service, db, &question)?,
        standing: standing(service, correction),
    })
}

fn standing(service: &Service, correction: &AddressCorrection) -> RequestStanding {
    if correction.stopped_at.is_some() {
        RequestStanding::Stopped
    } else if correction.confirmed_at.is_some() {
        RequestStanding::Confirmed
    } else if correction.superseded_at.is_some()
        || service.now() > correction.asked_at + CONFIRM_WITHIN
    {
        RequestStanding::Ended
    } else {
        RequestStanding::Waiting
    }
}

/// Sends letters to the new address from now on: whoever reads it has confirmed it. Confirming twice changes nothing more.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where the request has ended or the address has changed since.
pub fn confirm(service: &Service, acting: &Acting, token: &str) -> Result<(), ServiceError> {
    service.store.write(|db| {
        let mut correction = service.correction_to_confirm(db, token)?;
        match standing(service, &correction) {
            RequestStanding::Confirmed => return Ok(()),
            RequestStanding::Waiting => {}
            RequestStanding::Stopped | RequestStanding::Ended => return Err(ended()),
        }
        let question = questions::question(db, correction.question_id)?;
        let old = questions::questioner(db, question.id)?.ok_or(ServiceError::NotFound)?;
        if old.email != correction.old_email {
            return Err(ended());
        }
        correction.confirmed_at = Some(service.now());
        questions::update_address_correction(db, &correction)?;
        let mut new = QuestionerDetails {
            email: Some(correction.new_email.clone()),
            ..old.clone()
        };
        new.confirm(Confirmation::AddressLink, service.now());
        let question = apply(service, db, acting, &question, &old, &new, "by link")?;
        let brief = brief_of(service, db, &question)?;
        service.write_letter(
            db,
            acting,
            &question,
            Some(&new),
            &Letter::AddressConfirmed { brief },
        )
    })
}

/// Keeps letters coming to the old address, or sends them there again. The private link is replaced, since somebody else seems to
/// have it; the officers are told. Stopping twice changes nothing more.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where an officer has changed the address since.
pub fn stop(service: &Service, acting: &Acting, token: &str) -> Result<(), ServiceError> {
    service.store.write(|db| {
        let mut correction = service.correction_to_stop(db, token)?;
        if correction.stopped_at.is_some() {
            return Ok(());
        }
        let was = questions::question(db, correction.question_id)?;
        let present = questions::questioner(db, was.id)?.ok_or(ServiceError::NotFound)?;
        let confirmed = correction.confirmed_at.is_some();
        let expected = if confirmed {
            Some(&correction.new_email)
        } else {
            correction.old_email.as_ref()
        };
        if present.email.as_ref() != expected {
            return Err(ended());
        }
        correction.stopped_at = Some(service.now());
        questions::update_address_correction(db, &correction)?;
        let mut kept = present.clone();
        if confirmed {
            // whoever confirmed the new address has said nothing of the old one
            kept = QuestionerDetails {
                email: correction.old_email.clone(),
                confirmed_at: None,
                confirmed_by: None,
                ..kept
            };
        }
        let question = if confirmed {
            apply(service, db, acting, &was, &present, &kept, "undone")?
        } else {
            replace_link(service, db, acting, &was, "stop_address_change")?
        };
        let brief = brief_of(service, db, &question)?;
        if confirmed {
            service.write_letter_to(
                db,
                acting,
                question.id,
                Some(correction.new_email),
                "Sir or Madam".to_owned(),
                &Letter::AddressLeft {
                    brief: brief.clone(),
                },
            )?;
        }
        service.write_letter(
            db,
            acting,
            &question,
            Some(&kept),
            &Letter::AddressConfirmed { brief },
        )?;
        tell_officers(service, db, &question, ContactDetailsMatter::Disputed)
    })
}

fn ended() -> ServiceError {
    ServiceError::Conflict("This link cannot be used any more.".to_owned())
}

/// Corrects a questioner's contact details for them, with a reason. Where letters go somewhere else from now on, both addresses are
/// told and the private link is replaced.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::Invalid`] with everything that is wrong; [`ServiceError::NotFound`] where the
/// details have been removed; [`ServiceError::Conflict`] where the question has changed since.
pub fn correct_for(
    service: &Service,
    acting: &Acting,
    id: QuestionId,
    version: i32,
    typed: &TypedQuestioner,
    reason: &str,
) -> Result<Question, ServiceError> {
    permission::proper_officer(acting)?;
    let mut problems = typed.problems();
    let reason = text::several_lines(reason);
    if reason.is_empty() {
        problems.push(FieldError::new(
            "reason",
            "empty",
            "Enter the reason for the correction",
        ));
    }
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    let questioner = typed
        .parse()
        .map_err(|malformed| ServiceError::Invalid(vec![FieldError::of("name", malformed)]))?;
    service.store.write(|db| {
        let was = questions::question(db, id)?;
        if was.version != version {
            return Err(ServiceError::changed());
        }
        let old = questions::questioner(db, id)?.ok_or(ServiceError::NotFound)?;
        let mut new = QuestionerDetails {
            arranged: old.arranged.clone(),
            confirmed_at: old.confirmed_at,
            confirmed_by: old.confirmed_by.clone(),
            ..QuestionerDetails::new(id, &questioner)
        };
        if new.email != old.email {
            new.confirm(Confirmation::Officer, service.now());
        }
        if new == old {
            return Ok(was);
        }
        let question = apply(service, db, acting, &was, &old, &new, &reason)?;
        if new.email != old.email {
            let brief = brief_of(service, db, &question)?;
            if let Some(email) = old.email {
                service.write_letter_to(
                    db,
                    acting,
                    question.id,
                    Some(email),
                    "Sir or Madam".to_owned(),
                    &Letter::AddressLeft {
                        brief: brief.clone(),
                    },
                )?;
            }
            service.write_letter(
                db,
                acting,
                &question,
                Some(&new),
                &Letter::AddressConfirmed { brief },
            )?;
        }
        Ok(question)
    })
}

/// Stores new details and everything that depends on them: the allowance's keys, the finding of the postcode, the published name,
/// the letters that wait or failed, and, where letters go to another e-mail address, the private link. The audit entry names the
/// fields and none of their values.
fn apply(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    was: &Question,
    old: &QuestionerDetails,
    new: &QuestionerDetails,
    reason: &str,
) -> Result<Question, ServiceError> {
    let questioner = evidence::stored_questioner(new)?;
    let before = evidence::stored_questioner(old)?;
    let mut question = was.clone();
    question.version += 1;
    if new.postcode != old.postcode {
        question.postcode_check = postcodes::check(db, &questioner.postcode)?;
    }
    if was.published_name == before.published_name() {
        question.published_name = questioner.published_name();
    }
    if new.email != old.email {
        question.link_version += 1;
    }
    questions::update_questioner(db, new)?;
    if !questions::update(db, &question)? {
        return Err(ServiceError::changed());
    }
    let same_person = change_keys(
        service,
        db,
        &question,
        &service.hashed_keys(&before),
        &service.hashed_keys(&questioner),
    )?;
    let redirected = letters::redirect(
        db,
        question.id,
        new.email.as_deref(),
        new.addressee(),
        BOUND_TO_AN_ADDRESS,
        service.now(),
    )?;
    service.audit_question(
        db,
        acting,
        "correct_contact_details",
        Some(was),
        &question,
        serde_json::json!({
            "fields": changed_fields(old, new),
            "reason": reason,
            "letters_redirected": redirected,
            "same_as_another_question": same_person,
        }),
    )?;
    if same_person {
        tell_officers(service, db, &question, ContactDetailsMatter::SamePerson)?;
    }
    Ok(question)
}

/// Gives a question that holds an allowance the keys of its new details. Returns whether another question at the meeting holds one
/// of them: both keep their place until an officer decides, and nobody else is told.
fn change_keys(
    service: &Service,
    db: &mut Db,
    question: &Question,
    old: &[HashedKey],
    new: &[HashedKey],
) -> Result<bool, ServiceError> {
    if !questions::holds_allowance(db, question.id)? {
        return Ok(false);
    }
    let only = |these: &[HashedKey], not: &[HashedKey]| -> Vec<HashedKey> {
        these
            .iter()
            .filter(|key| !not.contains(key))
            .cloned()
            .collect()
    };
    let (gone, come) = (only(old, new), only(new, old));
    questions::release_keys(db, question.id, &gone, service.now())?;
    let meeting = views::meeting(service, db, question.meeting_id)?;
    let allowed = i32::from(
        service
            .figures(meeting.meeting())
            .questions_per_person()
            .get(),
    );
    let slots = Slots::find(db, question.meeting_id, &come, allowed)?;
    slots.take(service, db, question, &come)?;
    Ok(slots.free.iter().any(Option::is_none))
}

fn changed_fields(old: &QuestionerDetails, new: &QuestionerDetails) -> Vec<&'static str> {
    [
        ("name", old.name != new.name),
        ("organisation", old.organisation != new.organisation),
        ("address", old.address != new.address),
        ("postcode", old.postcode != new.postcode),
        ("email", old.email != new.email),
        ("telephone", old.telephone != new.telephone),
        ("needs", old.needs != new.needs),
        ("resident", old.resident != new.resident),
        ("publish_name", old.publish_name != new.publish_name),
        ("under_18", old.under_18 != new.under_18),
        ("carer_name", old.carer_name != new.carer_name),
    ]
    .into_iter()
    .filter_map(|(field, changed)| changed.then_some(field))
    .collect()
}

fn replace_link(
    service: &Service,
    db: &mut Db,
    acting: &Acting,
    was: &Question,
    act: &str,
) -> Result<Question, ServiceError> {
    let mut question = was.clone();
    question.link_version += 1;
    question.version += 1;
    if !questions::update(db, &question)? {
        return Err(ServiceError::changed());
    }
    service.audit_question(db, acting, act, Some(was), &question, serde_json::json!({}))?;
    Ok(question)
}

fn brief_of(service: &Service, db: &mut Db, question: &Question) -> Result<Brief, ServiceError> {
    let meeting = views::meeting(service, db, question.meeting_id)?;
    Ok(Brief::new(question, &meeting.board, meeting.meeting()))
}

fn tell_officers(
    service: &Service,
    db: &mut Db,
    question: &Question,
    what: ContactDetailsMatter,
) -> Result<(), ServiceError> {
    service.write_to_officers(
        db,
        &Letter::OfficerContactDetails {
            reference: question.reference.to_string(),
            what,
            path: format!("/staff/questions/{}", question.id),
        },
    )
}
