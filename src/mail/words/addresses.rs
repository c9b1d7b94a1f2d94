//! The letters about where letters go, and about private links. Those that may reach somebody else hold nothing that the questioner
//! wrote.

use super::Draft;
use crate::{
    domain::local_time::long_date,
    mail::letters::{Block, Content},
    service::letters::{Brief, ContactDetailsMatter},
};

impl Draft<'_> {
    fn link(mut self, what: &'static str) -> Self {
        if let Some(href) = self.link {
            let href = href.to_owned();
            self.blocks.push(Block::Link { what, href });
        }
        self
    }

    fn about_address(self, brief: &Brief, subject: String) -> Content {
        Content {
            subject,
            blocks: self.blocks,
            to_questioner: true,
            reference: Some(brief.reference.clone()),
        }
    }
}

/// "question PQ-2024-7KX4 to the Safer Policy and Performance Board on Tuesday 6 February 2024"
fn question(brief: &Brief) -> String {
    format!(
        "question {} to the {} on {}",
        brief.reference,
        brief.board,
        long_date(brief.date)
    )
}

pub(super) fn to_confirm(draft: Draft<'_>, brief: &Brief) -> Content {
    draft
        .say(format!(
            "Somebody asked us to send letters about {} to this address.",
            question(brief)
        ))
        .say("If that was you, open this link within 7 days and confirm the address.")
        .link("Confirm this address")
        .say("If it was not you, you do not need to do anything. We will not send any other letters about it to this address.")
        .about_address(
            brief,
            format!("Confirm your email address for question {}", brief.reference),
        )
}

pub(super) fn change_asked(draft: Draft<'_>, brief: &Brief) -> Content {
    let by_link = draft.link.is_some();
    let draft = draft
        .say(format!(
            "Somebody used a link from one of our letters to ask us to send letters about {} to another address.",
            question(brief)
        ))
        .say("If that was you, you do not need to do anything. Letters will go to the other address once it has been confirmed there.");
    let draft = if by_link {
        draft
            .say("If it was not you, open this link. You can stop the change, or undo it if it has been made.")
            .link("Keep sending letters to this address")
    } else {
        draft.say("If it was not you, contact us straight away, with the reference of your question. We will stop the change, or undo it if it has been made.")
    };
    draft.about_address(
        brief,
        format!("A change of address for your question {}", brief.reference),
    )
}

pub(super) fn confirmed(draft: Draft<'_>, brief: &Brief) -> Content {
    let by_email = draft.link.is_some();
    let here = if by_email {
        "to this email address"
    } else {
        "to this address, by post"
    };
    draft
        .say(format!(
            "We will send letters about {} {here}.",
            question(brief)
        ))
        .when(by_email, |draft| {
            draft.say("Your private link is new. Links in earlier letters no longer work.")
        })
        .what_you_can_do(&["check the progress of your question"])
        .about_address(
            brief,
            format!("Where we send letters about question {}", brief.reference),
        )
}

pub(super) fn left(draft: Draft<'_>, brief: &Brief) -> Content {
    draft
        .say(format!(
            "We will not send any more letters about {} to this address. Links in earlier letters no longer work.",
            question(brief)
        ))
        .say("If you sent that question and did not ask for this, contact us.")
        .about_address(
            brief,
            format!(
                "No more letters about question {} to this address",
                brief.reference
            ),
        )
}

pub(super) fn new_link(draft: Draft<'_>, brief: &Brief) -> Content {
    draft
        .say(format!(
            "The link that opens {} has been replaced. Links in earlier letters no longer work.",
            question(brief)
        ))
        .what_you_can_do(&["check the progress of your question"])
        .about_address(
            brief,
            format!("A new link for question {}", brief.reference),
        )
}

pub(super) fn for_officers(
    draft: Draft<'_>,
    reference: &str,
    what: ContactDetailsMatter,
    path: &str,
) -> Content {
    let (subject, said) = match what {
        ContactDetailsMatter::SamePerson => (
            format!("Question {reference} now has the details of another question"),
            format!(
                "The contact details of question {reference} were corrected. They are now those of another question to the same meeting. Both keep their place until you decide whether they come from one person."
            ),
        ),
        ContactDetailsMatter::Disputed => (
            format!("The address of question {reference} is disputed"),
            format!(
                "Somebody used the link of question {reference} to have letters sent to another address. Whoever reads the first address says that it was not them. Letters go to the first address again, and the link has been replaced. Contact the questioner in another way if you can."
            ),
        ),
    };
    draft
        .say(said)
        .desk("Question", path)
        .for_officers(subject, Some(reference))
}
