//! GOV.UK Design System components, as askama macros in `templates/components/`, one file for each.
//!
//! # How to use them
//!
//! A template imports the files that it needs and calls the macros by name. Arguments are named; those with a default may be
//! left out. All text is escaped.
//!
//! ```html
//! {% import "components/input.html" as input %}
//! {% import "components/radios.html" as radios %}
//! {% import "components/button.html" as button %}
//! {% import "components/form.html" as form_parts %}
//!
//! <form method="post" novalidate>
//!   {{ form_parts::csrf(page.csrf) }}
//!   {{ input::input(name="full_name", label="Full name", value=form.full_name, error=form.error("full_name"), autocomplete="name") }}
//!   {% call(choice) radios::radios(name="reply", legend="How should we reply?", choices=replies, value=form.reply, error=form.error("reply")) %}
//!     {% if choice.value == "email" %}
//!       {{ input::input(name="email", label="Email address", value=form.email, kind="email", autocomplete="email") }}
//!     {% endif %}
//!   {% endcall %}
//!   {{ button::button("Continue") }}
//! </form>
//! ```
//!
//! - **Form controls** agree on their arguments: `name`, `label` (or `legend`), `value`, `hint`, `error`, `id` (the name where
//!   left out), `label_classes` (or `legend_classes`), `heading` (the label is the page's heading). Text arguments take a
//!   `String` or a `&str`; **an empty text means that there is none**. The error of a control is the same text as in the error
//!   summary, whose link is the control's id.
//! - **HTML inside a component** goes in a call block: `{% call details::details("Why we ask") %}<p>…</p>{% endcall %}`. Where a
//!   macro takes either, `{{ tag::tag("Approved", colour="green") }}` is the text form.
//! - **Revealed by radios or checkboxes**: give the choice `.reveals()` and use the call block. Without scripts it is always shown, so
//!   the server must not want it where its option is not chosen.
//! - **Lists** are the small structs below: [`Choice`], [`SummaryRow`], [`FieldProblem`], [`Crumb`], [`PageLink`].
//! - **The names of a macro's arguments hide the page's variables** of the same name, in later arguments and in the call block:
//!   `input::input(name="full_name", value=name)` sends "full_name". Keep a page's fields in a struct (`form.name`) or write
//!   `self.name`. `hygiene_tests.rs` finds such places in every template.
//! - A macro can't be called inside a call block of itself (a fieldset in a fieldset): askama says "recursion".
//!
//! A page extends `layout/base.html`, `layout/staff.html` or `layout/print.html` and has a field [`page`](super::page::Page).
//!
//! Each macro is held against the fixtures in GOV.UK Frontend's own package: see `fixture_tests.rs`.

#[cfg(test)]
mod fixture_tests;
#[cfg(test)]
mod hygiene_tests;

/// One of the options of radios, checkboxes or a select.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What is read.
    pub text: String,
    /// A line under the text (radios and checkboxes).
    pub hint: String,
    /// Whether it is chosen already. Radios and selects also choose the one that equals their `value` argument.
    pub checked: bool,
    /// Whether it can't be chosen. Say why in the hint.
    pub disabled: bool,
    /// Whether the call block has something to show under it once it is chosen (radios and checkboxes).
    pub reveals: bool,
    /// Whether this is no option but the word that stands between options, such as "or".
    pub divider: bool,
    /// Whether choosing it clears the others: "None of these" (checkboxes, in browsers that run scripts).
    pub exclusive: bool,
}

impl Choice {
    /// An option that sends `value` and reads `text`.
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            text: text.into(),
            ..Self::default()
        }
    }

    /// The word between two options, such as "or".
    pub fn divider(word: impl Into<String>) -> Self {
        Self {
            text: word.into(),
            divider: true,
            ..Self::default()
        }
    }

    /// "Yes" and "No", sent as `yes` and `no`.
    pub fn yes_or_no() -> Vec<Self> {
        vec![Self::new("yes", "Yes"), Self::new("no", "No")]
    }

    /// The option with a line under it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The option, chosen already where `checked` is true.
    #[must_use]
    pub fn checked(mut self, checked: bool) -> Self {
        self.checked = checked;
        self
    }

    /// The option, not open to be chosen where `disabled` is true.
    #[must_use]
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }

    /// The option with what the call block holds for it, shown once it is chosen (always, where no script runs).
    #[must_use]
    pub fn reveals(mut self) -> Self {
        self.reveals = true;
        self
    }

    /// The option, clearing the others when it is chosen.
    #[must_use]
    pub fn exclusive(mut self) -> Self {
        self.exclusive = true;
        self
    }

    /// Whether it is the one chosen, where the control's value is `value`.
    pub fn is_chosen(&self, value: &str) -> bool {
        self.checked || (!value.is_empty() && self.value == value)
    }
}

/// A line of the error summary: which control is wrong, and what is wrong with it, in words that say how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The id of the control (of its first input, for radios, checkboxes and dates); empty where no control is at fault.
    pub field_id: String,
    /// A sentence without a full stop: "Enter your full name".
    pub message: String,
}

impl FieldProblem {
    /// A problem with the control whose id is `field_id`.
    pub fn new(field_id: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field_id: field_id.into(),
            message: message.into(),
        }
    }

    /// A problem with the whole form.
    pub fn general(message: impl Into<String>) -> Self {
        Self::new("", message)
    }
}

/// A link beside a row of a summary list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowAction {
    /// Where it leads.
    pub href: String,
    /// What is read: "Change".
    pub text: String,
    /// What is heard after it, so that the link makes sense alone: "name".
    pub about: String,
}

/// A row of a summary list: a key, a value in plain text, and links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SummaryRow {
    /// What is told.
    pub key: String,
    /// The telling. Line breaks are kept.
    pub value: String,
    /// The links beside it.
    pub actions: Vec<RowAction>,
}

impl SummaryRow {
    /// A row without links.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            actions: Vec::new(),
        }
    }

    /// The row with a "Change" link to `href`, heard as "Change" and then `about`: "your name".
    #[must_use]
    pub fn change(self, href: impl Into<String>, about: impl Into<String>) -> Self {
        self.action(href, "Change", about)
    }

    /// The row with one more link.
    #[must_use]
    pub fn action(
        mut self,
        href: impl Into<String>,
        text: impl Into<String>,
        about: impl Into<String>,
    ) -> Self {
        self.actions.push(RowAction {
            href: href.into(),
            text: text.into(),
            about: about.into(),
        });
        self
    }
}

/// A step of the breadcrumbs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// What is read.
    pub text: String,
    /// Where it leads; empty for the page itself.
    pub href: String,
}

impl Crumb {
    /// A step that leads to `href`.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
        }
    }

    /// The page itself.
    pub fn here(text: impl Into<String>) -> Self {
        Self::new(text, "")
    }
}

/// A number in the pagination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLink {
    /// The page's number, as read; not read where pages are left out.
    pub number: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the page shown.
    pub current: bool,
    /// Whether it stands for pages left out.
    pub ellipsis: bool,
}

impl PageLink {
    /// The page `number`.
    pub fn new(number: usize, href: impl Into<String>) -> Self {
        Self {
            number: number.to_string(),
            href: href.into(),
            current: false,
            ellipsis: false,
        }
    }

    /// Pages left out.
    pub fn ellipsis() -> Self {
        Self {
            number: String::new(),
            href: String::new(),
            current: false,
            ellipsis: true,
        }
    }

    /// The page that is shown.
    #[must_use]
    pub fn current(mut self) -> Self {
        self.current = true;
        self
    }
}

/// The id of a control: the one given, or else its name.
pub fn control_id<'a>(id: &'a str, name: &'a str) -> &'a str {
    if id.is_empty() { name } else { id }
}

/// The id of the `index`th option (from 1): the first has no number, so that the error summary can link to it.
pub fn choice_id(id: &str, index: usize) -> String {
    if index > 1 {
        format!("{id}-{index}")
    } else {
        id.to_owned()
    }
}

/// The id of a control's hint.
pub fn hint_id(id: &str) -> String {
    format!("{id}-hint")
}

/// The id of a control's error message.
pub fn error_id(id: &str) -> String {
    format!("{id}-error")
}

/// The id of the line under an option.
pub fn item_hint_id(item: &str) -> String {
    format!("{item}-item-hint")
}

/// The id of the line that says how much may be entered.
pub fn info_id(id: &str) -> String {
    format!("{id}-info")
}

/// What describes one checkbox: its own hint, after the group's descriptions where no fieldset carries those.
pub fn item_described_by(item: &str, legend: &str, group: &str, hint: &str) -> String {
    let group = if legend.is_empty() { group } else { "" };
    let hint = if hint.is_empty() {
        String::new()
    } else {
        item_hint_id(item)
    };
    [group, &hint]
        .into_iter()
        .filter(|id| !id.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether any row has a link, so that those without one keep the column free.
pub fn any_action(rows: &[SummaryRow]) -> bool {
    rows.iter().any(|row| !row.actions.is_empty())
}

/// The value of `aria-describedby`: the ids of the descriptions that a control has, in the order they are read.
pub fn described_by(id: &str, before: &str, hint: &str, error: &str) -> String {
    let hint = if hint.is_empty() {
        String::new()
    } else {
        hint_id(id)
    };
    let error = if error.is_empty() {
        String::new()
    } else {
        error_id(id)
    };
    [before, &hint, &error]
        .into_iter()
        .filter(|id| !id.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
