//! What a questioner types, before anyone has looked whether it is well formed. A form page fills one part; a draft or a request
//! of the API holds all three.

use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError, ValidationErrors};

use crate::{
    domain::{
        malformed::Malformed,
        question::{Matter, MatterWords, QuestionText},
        questioner::{
            EmailAddress, Naming, Needs, Organisation, PersonName, PostalAddress, Postcode,
            Questioner, Telephone,
        },
        text,
    },
    service::{FieldError, ServiceError},
};

/// What the question is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(default)]
pub struct TypedMatter {
    /// The chosen agenda item's identifier, where the agenda is out.
    #[validate(custom(function = item))]
    pub agenda_item: String,
    /// The matter in words, where it is not.
    #[validate(custom(function = matter))]
    pub matter: String,
}

/// The question itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(default)]
pub struct TypedText {
    /// Its words.
    #[validate(custom(function = question))]
    pub question: String,
}

/// About the questioner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(default)]
pub struct TypedQuestioner {
    /// Full name.
    #[validate(custom(function = name))]
    pub name: String,
    /// Organisation, if any.
    #[validate(custom(function = organisation))]
    pub organisation: String,
    /// Address without the postcode.
    #[validate(custom(function = address))]
    pub address: String,
    /// Postcode.
    #[validate(custom(function = postcode))]
    pub postcode: String,
    /// E-mail address, if any.
    #[validate(custom(function = email))]
    pub email: String,
    /// Telephone number, if wished.
    #[validate(custom(function = telephone))]
    pub telephone: String,
    /// Needs for the meeting.
    #[validate(custom(function = needs))]
    pub needs: String,
    /// `yes` or `no`: whether they live in the borough.
    #[validate(custom(function = resident))]
    pub resident: String,
    /// `yes`, `organisation` or `no`: which name may be published and called in the room.
    #[validate(custom(function = publish_name))]
    pub publish_name: String,
    /// `yes` if they are under 18.
    pub under_18: String,
    /// The name of the parent or carer of somebody under 18.
    #[validate(custom(function = carer_name))]
    pub carer_name: String,
}

/// Everything that a questioner types.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedQuestion {
    /// What it is about.
    pub matter: TypedMatter,
    /// Its words.
    pub text: TypedText,
    /// Who asks.
    pub questioner: TypedQuestioner,
    /// Why it differs from a question put before, if the questioner was shown one.
    pub difference: String,
}

fn checked<T>(parsed: Result<T, Malformed>) -> Result<(), ValidationError> {
    parsed.map(drop).map_err(|malformed| {
        ValidationError::new(malformed.code).with_message(malformed.message.into())
    })
}

fn optional<T>(
    typed: &str,
    parse: impl Fn(&str) -> Result<T, Malformed>,
) -> Result<Option<T>, Malformed> {
    if text::clean(typed).trim().is_empty() {
        Ok(None)
    } else {
        parse(typed).map(Some)
    }
}

fn yes_or_no(typed: &str, message: &'static str) -> Result<bool, Malformed> {
    match typed {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Malformed::new("choice", message)),
    }
}

fn item(typed: &str) -> Result<(), ValidationError> {
    checked(optional(typed, read_item))
}
fn read_item(typed: &str) -> Result<crate::domain::id::AgendaItemId, Malformed> {
    typed.parse().map_err(|_| {
        Malformed::new(
            "choice",
            "Select the agenda item that your question is about",
        )
    })
}
fn matter(typed: &str) -> Result<(), ValidationError> {
    checked(optional(typed, MatterWords::parse))
}
fn question(typed: &str) -> Result<(), ValidationError> {
    checked(QuestionText::parse(typed))
}
fn name(typed: &str) -> Result<(), ValidationError> {
    checked(PersonName::parse(typed))
}
fn organisation(typed: &str) -> Result<(), ValidationError> {
    checked(optional(typed, Organisation::parse))
}
fn address(typed: &str) -> Result<(), ValidationError> {
    checked(PostalAddress::parse(typed))
}
fn postcode(typed: &str) -> Result<(), ValidationError> {
    checked(Postcode::parse(typed))
}
fn email(typed: &str) -> Result<(), ValidationError> {
    checked(optional(typed, EmailAddress::parse))
}
fn telephone(typed: &str) -> Result<(), ValidationError> {
    checked(optional(typed, Telephone::parse))
}
fn needs(typed: &str) -> Result<(), ValidationError> {
    checked(optional(typed, Needs::parse))
}
const LIVES_HERE: &str = "Select yes if you live in the borough";
const MAY_PUBLISH: &str = "Select whether we can use your name in public";
fn resident(typed: &str) -> Result<(), ValidationError> {
    checked(yes_or_no(typed, LIVES_HERE))
}
fn naming(typed: &str) -> Result<Naming, Malformed> {
    match typed {
        "yes" => Ok(Naming::Name),
        "organisation" => Ok(Naming::Organisation),
        "no" => Ok(Naming::Withheld),
        _ => Err(Malformed::new("choice", MAY_PUBLISH)),
    }
}
fn publish_name(typed: &str) -> Result<(), ValidationError> {
    checked(naming(typed))
}
fn carer_name(typed: &str) -> Result<(), ValidationError> {
    checked(optional(typed, PersonName::parse))
}

/// The problems of a part in the order of `fields`, which are the part's field names.
fn in_order(result: Result<(), ValidationErrors>, fields: &[&'static str]) -> Vec<FieldError> {
    let Err(errors) = result else {
        return Vec::new();
    };
    let errors = errors.field_errors();
    fields
        .iter()
        .flat_map(|&field| {
            errors
                .get(field)
                .into_iter()
                .flat_map(move |found| found.iter().map(move |error| (field, error)))
        })
        .map(|(field, error)| {
            // validator's codes are the static codes of `Malformed`
            let code = match &error.code {
                std::borrow::Cow::Borrowed(code) => code,
                std::borrow::Cow::Owned(_) => "invalid",
            };
            FieldError::new(field, code, error.message.clone().unwrap_or_default())
        })
        .collect()
}

impl TypedMatter {
    /// What is wrong, given whether the agenda is out.
    pub fn problems(&self, agenda_published: bool) -> Vec<FieldError> {
        let mut problems = in_order(self.validate(), &["agenda_item", "matter"]);
        if agenda_published && self.agenda_item.trim().is_empty() {
            problems.push(FieldError::new(
                "agenda_item",
                "choice",
                "Select the agenda item that your question is about",
            ));
        } else if !agenda_published && self.matter.trim().is_empty() {
            problems.push(FieldError::new(
                "matter",
                "empty",
                "Enter what your question is about",
            ));
        }
        problems
    }

    /// The matter.
    ///
    /// # Errors
    /// What is wrong.
    pub fn parse(&self, agenda_published: bool) -> Result<Matter, Vec<FieldError>> {
        let problems = self.problems(agenda_published);
        if !problems.is_empty() {
            return Err(problems);
        }
        if agenda_published {
            read_item(&self.agenda_item)
                .map(Matter::Item)
                .map_err(|malformed| vec![FieldError::of("agenda_item", malformed)])
        } else {
            MatterWords::parse(&self.matter)
                .map(Matter::Described)
                .map_err(|malformed| vec![FieldError::of("matter", malformed)])
        }
    }
}

impl TypedText {
    /// What is wrong.
    pub fn problems(&self) -> Vec<FieldError> {
        in_order(self.validate(), &["question"])
    }
}

impl TypedQuestioner {
    /// What is wrong, in the order of the form.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut problems = in_order(
            self.validate(),
            &[
                "name",
                "carer_name",
                "organisation",
                "address",
                "postcode",
                "email",
                "telephone",
                "resident",
                "publish_name",
                "needs",
            ],
        );
        if let (Ok(address), Ok(postcode)) = (
            PostalAddress::parse(&self.address),
            Postcode::parse(&self.postcode),
        ) && let Err(malformed) = address.beside(&postcode)
        {
            let after_name = problems
                .iter()
                .take_while(|problem| matches!(problem.field, "name" | "organisation"))
                .count();
            problems.insert(after_name, FieldError::of("address", malformed));
        }
        let carer_given = !self.carer_name.trim().is_empty();
        if self.under_18 == "yes" && !carer_given {
            problems.push(FieldError::new(
                "carer_name",
                "empty",
                "Enter the full name of a parent or carer",
            ));
        } else if self.under_18 != "yes" && carer_given {
            problems.push(FieldError::new(
                "under_18",
                "choice",
                "Select “I am under 18”, or remove the name of the parent or carer",
            ));
        }
        if self.publish_name == "organisation" && self.organisation.trim().is_empty() {
            problems.push(FieldError::new(
                "publish_name",
                "no_organisation",
                "Enter the name of your organisation, or select another answer",
            ));
        }
        problems
    }

    /// The questioner.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(super) fn parse(&self) -> Result<Questioner, Malformed> {
        let postcode = Postcode::parse(&self.postcode)?;
        Ok(Questioner {
            name: PersonName::parse(&self.name)?,
            organisation: optional(&self.organisation, Organisation::parse)?,
            address: PostalAddress::parse(&self.address)?.beside(&postcode)?,
            postcode,
            email: optional(&self.email, EmailAddress::parse)?,
            telephone: optional(&self.telephone, Telephone::parse)?,
            needs: optional(&self.needs, Needs::parse)?,
            resident: yes_or_no(&self.resident, LIVES_HERE)?,
            naming: naming(&self.publish_name)?,
            carer: optional(&self.carer_name, PersonName::parse)?
                .filter(|_| self.under_18 == "yes"),
        })
    }
}

/// A question that is well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WellFormed {
    /// What it is about.
    pub matter: Matter,
    /// Its words.
    pub text: QuestionText,
    /// Who asks.
    pub questioner: Questioner,
    /// Why it differs from one put before.
    pub difference: Option<String>,
}

/// The most characters of an answer that is chosen and not typed: an identifier, or a word.
const MOST_OF_A_CHOICE: usize = 40;

/// The most characters of an e-mail address (RFC 5321), and of what else is short.
const MOST_OF_A_LINE: usize = 320;

/// The most characters of an address, and of what somebody needs for the meeting, as their types have them.
const MOST_OF_AN_ADDRESS: usize = 500;
const MOST_OF_NEEDS: usize = 1000;

/// Why a question is different from another: the most characters.
const MOST_OF_A_DIFFERENCE: usize = 2_000;

/// What is kept of a field: what was typed where it is within the ceiling, else what was there before. A part of it would be worse: it
/// could be sent as if it were the whole.
fn kept(
    field: &'static str,
    typed: &mut String,
    before: &str,
    most: usize,
    left_out: &mut Vec<&'static str>,
) {
    if typed.chars().count() <= most {
        return;
    }
    // spaces and empty lines around it do not make it too long
    let tidy = text::several_lines(typed);
    if tidy.chars().count() <= most {
        *typed = tidy;
    } else {
        before.clone_into(typed);
        left_out.push(field);
    }
}

impl TypedQuestion {
    /// Brings every field within its ceiling, so that nothing longer is ever stored. Returns the fields of which what was there before
    /// has been kept instead.
    pub(super) fn within_ceilings(&mut self, before: &Self) -> Vec<&'static str> {
        let mut left_out = Vec::new();
        let mut keep = |field, typed: &mut String, before: &str, most| {
            kept(field, typed, before, most, &mut left_out);
        };
        let (matter, was) = (&mut self.matter, &before.matter);
        keep(
            "agenda_item",
            &mut matter.agenda_item,
            &was.agenda_item,
            MOST_OF_A_CHOICE,
        );
        keep(
            "matter",
            &mut matter.matter,
            &was.matter,
            MatterWords::MOST_CHARACTERS,
        );
        keep(
            "question",
            &mut self.text.question,
            &before.text.question,
            QuestionText::MOST_CHARACTERS,
        );
        keep(
            "difference",
            &mut self.difference,
            &before.difference,
            MOST_OF_A_DIFFERENCE,
        );
        let (who, was) = (&mut self.questioner, &before.questioner);
        keep(
            "name",
            &mut who.name,
            &was.name,
            PersonName::MOST_CHARACTERS,
        );
        keep(
            "organisation",
            &mut who.organisation,
            &was.organisation,
            Organisation::MOST_CHARACTERS,
        );
        keep(
            "address",
            &mut who.address,
            &was.address,
            MOST_OF_AN_ADDRESS,
        );
        keep("postcode", &mut who.postcode, &was.postcode, MOST_OF_A_LINE);
        keep("email", &mut who.email, &was.email, MOST_OF_A_LINE);
        keep(
            "telephone",
            &mut who.telephone,
            &was.telephone,
            MOST_OF_A_LINE,
        );
        keep("needs", &mut who.needs, &was.needs, MOST_OF_NEEDS);
        keep(
            "resident",
            &mut who.resident,
            &was.resident,
            MOST_OF_A_CHOICE,
        );
        keep(
            "publish_name",
            &mut who.publish_name,
            &was.publish_name,
            MOST_OF_A_CHOICE,
        );
        keep(
            "under_18",
            &mut who.under_18,
            &was.under_18,
            MOST_OF_A_CHOICE,
        );
        keep(
            "carer_name",
            &mut who.carer_name,
            &was.carer_name,
            PersonName::MOST_CHARACTERS,
        );
        left_out
    }

    /// Everything that is wrong, in the order of the form.
    pub fn problems(&self, agenda_published: bool) -> Vec<FieldError> {
        let mut problems = self.matter.problems(agenda_published);
        problems.extend(self.text.problems());
        problems.extend(self.questioner.problems());
        if self.difference.chars().count() > MOST_OF_A_DIFFERENCE {
            problems.push(FieldError::new(
                "difference",
                "too_long",
                "Why your question is different must be 2,000 characters or fewer",
            ));
        }
        problems
    }

    /// The question, well formed.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] with everything that is wrong.
    pub fn parse(&self, agenda_published: bool) -> Result<WellFormed, ServiceError> {
        let problems = self.problems(agenda_published);
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        let invalid =
            |field| move |malformed| ServiceError::Invalid(vec![FieldError::of(field, malformed)]);
        Ok(WellFormed {
            matter: self
                .matter
                .parse(agenda_published)
                .map_err(ServiceError::Invalid)?,
            text: QuestionText::parse(&self.text.question).map_err(invalid("question"))?,
            questioner: self.questioner.parse().map_err(invalid("name"))?,
            difference: Some(text::several_lines(&self.difference))
                .filter(|words| !words.is_empty()),
        })
    }
}
