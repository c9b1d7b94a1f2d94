//! Form controls and buttons.

use super::*;

template!(Label_ { o_text: String, o_target: String, o_classes: String, o_heading: bool }
    r#"{% import "components/label.html" as label %}{{ label::label(o_text, o_target, o_classes, o_heading) }}"#);

#[test]
fn label() {
    compare(
        "label",
        &[],
        |o| {
            Label_ {
                o_text: o.text("text"),
                o_target: o.text("for"),
                o_classes: o.text("classes"),
                o_heading: o.flag("isPageHeading"),
            }
            .render()
            .unwrap()
        },
        "default | with bold text | styled as xl text | styled as large text | \
         styled as medium text | styled as small text | as page heading xl | \
         as page heading l | as page heading m | as page heading s | \
         as page heading without class | classes | html as text | for",
    );
}

template!(Hint { o_text: String, o_id: String, o_classes: String }
    r#"{% import "components/hint.html" as hint %}{{ hint::hint(o_text, o_id, o_classes) }}"#);

#[test]
fn hint() {
    compare(
        "hint",
        &[],
        |o| {
            Hint {
                o_text: o.text("text"),
                o_id: o.text("id"),
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "default | classes | id | html as text",
    );
}

template!(ErrorMessage { o_text: String, o_id: String, o_classes: String }
    r#"{% import "components/error_message.html" as error_message %}{{ error_message::error_message(o_text, o_id, o_classes) }}"#);

#[test]
fn error_message() {
    compare(
        "error-message",
        &[],
        |o| {
            ErrorMessage {
                o_text: o.text("text"),
                o_id: o.text("id"),
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "default | id | classes | html as text",
    );
}

template!(Fieldset { o_legend: Label, o_described: String, o_classes: String, o_body: Body }
    r#"{% import "components/fieldset.html" as fieldset %}
    {%- call fieldset::fieldset(o_legend.text, o_legend.classes, o_legend.heading, o_described, o_classes) %}{{ o_body.0|safe }}{% endcall %}"#);

#[test]
fn fieldset() {
    compare(
        "fieldset",
        &[],
        |o| {
            Fieldset {
                o_legend: Label {
                    text: o.text("legend.text"),
                    classes: o.text("legend.classes"),
                    heading: o.flag("legend.isPageHeading"),
                },
                o_described: o.text("describedBy"),
                o_classes: o.text("classes"),
                o_body: Body(o.text("html")),
            }
            .render()
            .unwrap()
        },
        "default | styled as xl text | styled as large text | styled as medium text | \
         styled as small text | as page heading xl | as page heading l | \
         as page heading m | as page heading s | as page heading without class | \
         html fieldset content | with describedBy | html as text | legend classes | \
         classes",
    );
}

template!(Input {
    o_name: String, o_label: Label, o_value: String, o_hint: String, o_error: String, o_id: String, o_classes: String,
    o_kind: String, o_autocomplete: String, o_inputmode: String, o_spellcheck: String, o_autocapitalize: String,
    o_described: String, o_disabled: bool, o_group: String,
} r#"{% import "components/input.html" as input %}{{ input::input(
    name=o_name, label=o_label.text, value=o_value, hint=o_hint, error=o_error, id=o_id, label_classes=o_label.classes,
    heading=o_label.heading, classes=o_classes, kind=o_kind, autocomplete=o_autocomplete, inputmode=o_inputmode,
    spellcheck=o_spellcheck, autocapitalize=o_autocapitalize, described_by=o_described, disabled=o_disabled, group_classes=o_group) }}"#);

#[test]
fn input() {
    compare(
        "input",
        &[],
        |o| {
            let kind = o.text("type");
            Input {
                o_name: o.text("name"),
                o_label: o.label(),
                o_value: o.text("value"),
                o_hint: o.text("hint.text"),
                o_error: o.text("errorMessage.text"),
                o_id: o.text("id"),
                o_classes: o.text("classes"),
                o_kind: or(kind, "text"),
                o_autocomplete: o.text("autocomplete"),
                o_inputmode: o.text("inputmode"),
                o_spellcheck: o.text("spellcheck"),
                o_autocapitalize: o.text("autocapitalize"),
                o_described: o.text("describedBy"),
                o_disabled: o.flag("disabled"),
                o_group: o.text("formGroup.classes"),
            }
            .render()
            .unwrap()
        },
        "default | with hint text | with error message | with error and hint | \
         with width-2 class | with width-3 class | with width-4 class | \
         with width-5 class | with width-10 class | with width-20 class | \
         with width-30 class | with label as page heading | with extra letter spacing | \
         classes | id | custom type | value | zero value | with describedBy | \
         hint with describedBy | error with describedBy | \
         with error, hint and describedBy | inputmode | with optional form-group classes | \
         with autocomplete attribute | with spellcheck enabled | \
         with spellcheck disabled | with autocapitalize turned off | disabled",
    );
}

template!(InputWidth { o_width: String }
    r#"{% import "components/input.html" as input %}{{ input::input(name="a", label="A", width=o_width) }}"#);

#[test]
fn the_width_of_an_input_is_the_class_of_that_width() {
    let html = InputWidth {
        o_width: "10".to_owned(),
    }
    .render()
    .unwrap();
    assert!(
        html.contains(r#"class="govuk-input govuk-input--width-10""#),
        "{html}"
    );
}

template!(Textarea {
    o_name: String, o_label: Label, o_value: String, o_hint: String, o_error: String, o_id: String, o_classes: String,
    o_rows: u32, o_autocomplete: String, o_spellcheck: String, o_described: String, o_disabled: bool, o_group: String,
} r#"{% import "components/textarea.html" as textarea %}{{ textarea::textarea(
    name=o_name, label=o_label.text, value=o_value, hint=o_hint, error=o_error, id=o_id, label_classes=o_label.classes,
    heading=o_label.heading, classes=o_classes, rows=o_rows, autocomplete=o_autocomplete, spellcheck=o_spellcheck,
    described_by=o_described, disabled=o_disabled, group_classes=o_group) }}"#);

#[test]
fn textarea() {
    compare(
        "textarea",
        &[],
        |o| {
            let rows = o.number("rows");
            Textarea {
                o_name: o.text("name"),
                o_label: o.label(),
                o_value: o.text("value"),
                o_hint: o.text("hint.text"),
                o_error: o.text("errorMessage.text"),
                o_id: o.text("id"),
                o_classes: o.text("classes"),
                o_rows: if rows == 0 { 5 } else { rows },
                o_autocomplete: o.text("autocomplete"),
                o_spellcheck: o.text("spellcheck"),
                o_described: o.text("describedBy"),
                o_disabled: o.flag("disabled"),
                o_group: o.text("formGroup.classes"),
            }
            .render()
            .unwrap()
        },
        "default | with hint | with error message | with default value | \
         with custom rows | with label as page heading | id | classes | with describedBy | \
         with hint and described by | with error message and described by | \
         with hint and error message | with hint, error message and described by | \
         with optional form-group classes | with autocomplete attribute | \
         with spellcheck enabled | with spellcheck disabled",
    );
}

template!(CharacterCount {
    o_name: String, o_label: Label, o_value: String, o_hint: String, o_error: String, o_id: String, o_classes: String,
    o_rows: u32, o_maxlength: u32, o_maxwords: u32, o_threshold: u32, o_spellcheck: String, o_group: String,
} r#"{% import "components/character_count.html" as character_count %}{{ character_count::character_count(
    name=o_name, label=o_label.text, value=o_value, hint=o_hint, error=o_error, id=o_id, label_classes=o_label.classes,
    heading=o_label.heading, classes=o_classes, rows=o_rows, maxlength=o_maxlength, maxwords=o_maxwords,
    threshold=o_threshold, spellcheck=o_spellcheck, group_classes=o_group) }}"#);

#[test]
fn character_count() {
    compare(
        "character-count",
        &[],
        |o| {
            let rows = o.number("rows");
            CharacterCount {
                o_name: o.text("name"),
                o_label: o.label(),
                o_value: o.text("value"),
                o_hint: o.text("hint.text"),
                o_error: o.text("errorMessage.text"),
                o_id: o.text("id"),
                o_classes: o.text("classes"),
                o_rows: if rows == 0 { 5 } else { rows },
                o_maxlength: o.number("maxlength"),
                o_maxwords: o.number("maxwords"),
                o_threshold: o.number("threshold"),
                o_spellcheck: o.text("spellcheck"),
                o_group: o.text("formGroup.classes"),
            }
            .render()
            .unwrap()
        },
        "default | with hint | with hint and error | with default value | \
         with default value exceeding limit | with custom rows | \
         with label as page heading | with maxwords | with threshold | classes | id | \
         formGroup with classes | spellcheck enabled | spellcheck disabled | \
         custom classes with error message | with id starting with number | \
         with id with special characters | to configure in JavaScript | \
         with neither maxlength, maxwords nor textarea description set",
    );
}

template!(PasswordInput {
    o_name: String, o_label: Label, o_hint: String, o_error: String, o_id: String, o_classes: String, o_autocomplete: String,
} r#"{% import "components/password_input.html" as password_input %}{{ password_input::password_input(
    name=o_name, label=o_label.text, hint=o_hint, error=o_error, id=o_id, label_classes=o_label.classes,
    heading=o_label.heading, classes=o_classes, autocomplete=o_autocomplete) }}"#);

#[test]
fn password_input() {
    compare(
        "password-input",
        &[],
        |o| {
            let autocomplete = o.text("autocomplete");
            PasswordInput {
                o_name: o.text("name"),
                o_label: o.label(),
                o_hint: o.text("hint.text"),
                o_error: o.text("errorMessage.text"),
                o_id: o.text("id"),
                o_classes: o.text("classes"),
                o_autocomplete: or(autocomplete, "current-password"),
            }
            .render()
            .unwrap()
        },
        "default | with hint text | with error message | with label as page heading | \
         with input width class | classes | id | with new-password autocomplete",
    );
}

template!(Select {
    o_name: String, o_label: Label, o_choices: Vec<Choice>, o_value: String, o_hint: String, o_error: String, o_id: String,
    o_classes: String, o_described: String, o_disabled: bool, o_group: String,
} r#"{% import "components/select.html" as select %}{{ select::select(
    name=o_name, label=o_label.text, choices=o_choices, value=o_value, hint=o_hint, error=o_error, id=o_id,
    label_classes=o_label.classes, heading=o_label.heading, classes=o_classes, described_by=o_described,
    disabled=o_disabled, group_classes=o_group) }}"#);

#[test]
fn select() {
    compare(
        "select",
        &[],
        |o| {
            Select {
                o_name: o.text("name"),
                o_label: o.label(),
                o_choices: o.choices().0,
                o_value: o.text("value"),
                o_hint: o.text("hint.text"),
                o_error: o.text("errorMessage.text"),
                o_id: o.text("id"),
                o_classes: o.text("classes"),
                o_described: o.text("describedBy"),
                o_disabled: o.flag("disabled"),
                o_group: o.text("formGroup.classes"),
            }
            .render()
            .unwrap()
        },
        "default | with hint text and error message | with label as page heading | \
         with full width override | with describedBy | with falsy items | hint | \
         hint and describedBy | error | error and describedBy | with falsy values | id | \
         with selected value | with optional form-group classes",
    );
}

/// What both radios and checkboxes have.
struct Group {
    name: String,
    legend: Label,
    choices: Vec<Choice>,
    revealed: Vec<(String, String)>,
    value: String,
    hint: String,
    error: String,
    id: String,
    classes: String,
    described: String,
    group: String,
}

impl Group {
    fn new(o: &mut Options) -> Self {
        let (choices, revealed) = o.choices();
        Self {
            name: o.text("name"),
            legend: o.legend(),
            choices,
            revealed,
            value: o.text("value"),
            hint: o.text("hint.text"),
            error: o.text("errorMessage.text"),
            id: o.text("idPrefix"),
            classes: o.text("classes"),
            described: o.text("fieldset.describedBy") + &o.text("describedBy"),
            group: o.text("formGroup.classes"),
        }
    }

    fn revealed(&self, value: &str) -> &str {
        self.revealed
            .iter()
            .find(|(of, _)| of == value)
            .map_or("", |(_, html)| html)
    }
}

template!(Radios { o: Group } r#"{% import "components/radios.html" as radios %}{{ radios::radios(
    name=o.name, choices=o.choices, legend=o.legend.text, value=o.value, hint=o.hint, error=o.error, id=o.id,
    legend_classes=o.legend.classes, heading=o.legend.heading, classes=o.classes, described_by=o.described,
    group_classes=o.group) }}"#);

template!(RevealingRadios { o: Group } r#"{% import "components/radios.html" as radios %}{% call(choice) radios::radios(
    name=o.name, choices=o.choices, legend=o.legend.text, value=o.value, hint=o.hint, error=o.error, id=o.id,
    legend_classes=o.legend.classes, heading=o.legend.heading, classes=o.classes, described_by=o.described,
    group_classes=o.group) %}{{ o.revealed(choice.value)|safe }}{% endcall %}"#);

#[test]
fn radios() {
    compare(
        "radios",
        &[],
        |o| match Group::new(o) {
            o if o.revealed.is_empty() => Radios { o }.render().unwrap(),
            o => RevealingRadios { o }.render().unwrap(),
        },
        "default | with hint | inline | with a divider | without fieldset | \
         with fieldset and error message | with very long option text | \
         with conditional items | with conditional item checked | \
         with optional form-group classes showing group error | small | \
         small with long text | small with error | small with hint | \
         small with conditional reveal | small inline | small with a divider | \
         with idPrefix | minimal items and name | fieldset with describedBy | \
         with hints on parent and items | with describedBy and hint | with error message | \
         with error message and idPrefix | with hint and error message | \
         with hint, error message and describedBy | \
         with fieldset, error message and describedBy | textarea in conditional | \
         prechecked using value | with conditional items with special characters | \
         with conditional items and pre-checked value",
    );
}

template!(Checkboxes { o: Group } r#"{% import "components/checkboxes.html" as checkboxes %}{{ checkboxes::checkboxes(
    name=o.name, choices=o.choices, legend=o.legend.text, hint=o.hint, error=o.error, id=o.id,
    legend_classes=o.legend.classes, heading=o.legend.heading, classes=o.classes, described_by=o.described,
    group_classes=o.group) }}"#);

template!(RevealingCheckboxes { o: Group } r#"{% import "components/checkboxes.html" as checkboxes %}{% call(choice) checkboxes::checkboxes(
    name=o.name, choices=o.choices, legend=o.legend.text, hint=o.hint, error=o.error, id=o.id,
    legend_classes=o.legend.classes, heading=o.legend.heading, classes=o.classes, described_by=o.described,
    group_classes=o.group) %}{{ o.revealed(choice.value)|safe }}{% endcall %}"#);

#[test]
fn checkboxes() {
    compare(
        "checkboxes",
        &[],
        |o| match Group::new(o) {
            o if o.revealed.is_empty() => Checkboxes { o }.render().unwrap(),
            o => RevealingCheckboxes { o }.render().unwrap(),
        },
        "default | with hint | with pre-checked values | with divider and None | \
         with divider, None and conditional items | with legend as a page heading | \
         with error message | with very long option text | with conditional items | \
         with optional form-group classes showing group error | small | \
         small with long text | small with error | small with hint | \
         small with conditional reveal | small with divider and None | with idPrefix | \
         classes | with fieldset describedBy | with checked item | multiple hints | \
         with conditional items with special characters | with error message and hint | \
         with error, hint and fieldset describedBy | \
         with single option set 'aria-describedby' on input, and describedBy | \
         with single option (and hint) set 'aria-describedby' on input, and describedBy | \
         with error and idPrefix | with error message and fieldset describedBy | \
         with conditional item checked | textarea in conditional",
    );
}

#[derive(Default)]
struct Date {
    value: String,
    wrong: bool,
}

template!(DateInput {
    o_name: String, o_id: String, o_legend: Label, o_day: Date, o_month: Date, o_year: Date, o_hint: String,
    o_error: String, o_classes: String, o_described: String, o_group: String, o_autocomplete: String,
} r#"{% import "components/date_input.html" as date_input %}{{ date_input::date_input(
    name=o_name, legend=o_legend.text, day=o_day.value, month=o_month.value, year=o_year.value, hint=o_hint,
    error=o_error, id=o_id, legend_classes=o_legend.classes, heading=o_legend.heading, day_error=o_day.wrong,
    month_error=o_month.wrong, year_error=o_year.wrong, classes=o_classes, described_by=o_described,
    group_classes=o_group, autocomplete=o_autocomplete) }}"#);

#[test]
fn date_input() {
    compare(
        "date-input",
        &[],
        |o| {
            let (mut day, mut month, mut year) =
                (Date::default(), Date::default(), Date::default());
            let mut purpose = String::new();
            let prefix = o.text("namePrefix");
            for (part, date) in [
                ("day", &mut day),
                ("month", &mut month),
                ("year", &mut year),
            ] {
                date.value = o.text(&format!("values.{prefix}-{part}"));
                let mut places = vec![part.to_owned()];
                places.extend(o.list("items").into_iter().filter(|item| {
                    o.0.get(&format!("{item}.name")).and_then(Value::as_str) == Some(part)
                }));
                for place in places {
                    o.text(&format!("{place}.name"));
                    date.value += &o.text(&format!("{place}.value"));
                    date.wrong |= o.flag(&format!("{place}.error"));
                    let autocomplete = o.text(&format!("{place}.autocomplete"));
                    if let Some(found) = autocomplete.strip_suffix(&format!("-{part}")) {
                        purpose = found.to_owned();
                    }
                    // The macro's own: two, two and four characters wide; the wrong ones are marked by the flag above.
                    for class in o.text(&format!("{place}.classes")).split_whitespace() {
                        match class {
                            "govuk-input--error" => date.wrong = true,
                            "govuk-input--width-2" | "govuk-input--width-4" => {}
                            other => panic!("class {other}"),
                        }
                    }
                }
            }
            DateInput {
                o_name: prefix,
                o_id: o.text("id"),
                o_legend: o.legend(),
                o_day: day,
                o_month: month,
                o_year: year,
                o_hint: o.text("hint.text"),
                o_error: o.text("errorMessage.text"),
                o_classes: o.text("classes"),
                o_described: o.text("fieldset.describedBy"),
                o_group: o.text("formGroup.classes"),
                o_autocomplete: purpose,
            }
            .render()
            .unwrap()
        },
        "default | with values and name prefix | with errors only | \
         with errors only (using items) | with error message and hint | \
         with error message and hint (using items) | with error on day input | \
         with error on day input (using items) | with error on month input | \
         with error on month input (using items) | with error on year input | \
         with error on year input (using items) | classes | with items | \
         with empty items | suffixed id | with field value | with hint and described by | \
         with error message and described by | with error on single field | \
         with error on single item | items without classes | \
         with optional form-group classes | with autocomplete values",
    );
}

template!(Button {
    o_text: String, o_classes: String, o_name: String, o_value: String, o_id: String, o_kind: String, o_disabled: bool,
    o_once: bool,
} r#"{% import "components/button.html" as button %}{{ button::button(
    text=o_text, classes=o_classes, name=o_name, value=o_value, id=o_id, kind=o_kind, disabled=o_disabled, once=o_once) }}"#);

template!(LinkButton { o_text: String, o_href: String, o_classes: String, o_id: String }
    r#"{% import "components/button.html" as button %}{{ button::link(text=o_text, href=o_href, classes=o_classes, id=o_id) }}"#);

template!(StartButton { o_text: String, o_href: String, o_classes: String, o_id: String }
    r#"{% import "components/button.html" as button %}{{ button::start(text=o_text, href=o_href, classes=o_classes, id=o_id) }}"#);

#[test]
fn button() {
    compare(
        "button",
        &[],
        |o| {
            let (o_text, o_classes, o_id) = (o.text("text"), o.text("classes"), o.text("id"));
            let (o_href, kind) = (o.text("href"), o.text("type"));
            if o.flag("isStartButton") {
                return StartButton {
                    o_text,
                    o_href,
                    o_classes,
                    o_id,
                }
                .render()
                .unwrap();
            }
            if !o_href.is_empty() {
                return LinkButton {
                    o_text,
                    o_href,
                    o_classes,
                    o_id,
                }
                .render()
                .unwrap();
            }
            Button {
                o_text,
                o_classes,
                o_name: o.text("name"),
                o_value: o.text("value"),
                o_id,
                o_kind: or(kind, "submit"),
                o_disabled: o.flag("disabled"),
                o_once: o.flag("preventDoubleClick"),
            }
            .render()
            .unwrap()
        },
        "default | default hover state | default active state | default focus state | \
         disabled | link | secondary | secondary hover state | secondary active state | \
         secondary focus state | secondary disabled | warning | warning hover state | \
         warning active state | warning focus state | warning disabled | inverse | \
         inverse hover state | inverse active state | inverse focus state | \
         inverse disabled | classes | link classes | name | type | explicit link | value | \
         no type | no data-prevent-double-click | id | start link | prevent double click",
    );
}

template!(SecondaryButton { o_name: String, o_text: String, o_disabled: bool }
    r#"{% import "components/button.html" as button %}{{ button::secondary(text=o_text, name=o_name, disabled=o_disabled, once=false) }}"#);

template!(WarningButton { o_name: String, o_text: String, o_disabled: bool }
    r#"{% import "components/button.html" as button %}{{ button::warning(text=o_text, name=o_name, disabled=o_disabled, once=false) }}"#);

#[test]
fn second_and_warning_buttons() {
    compare(
        "button",
        &[],
        |o| {
            let (o_name, o_text, o_disabled) = (o.text("name"), o.text("text"), o.flag("disabled"));
            match o.text("classes").as_str() {
                "govuk-button--secondary" => SecondaryButton {
                    o_name,
                    o_text,
                    o_disabled,
                }
                .render()
                .unwrap(),
                "govuk-button--warning" => WarningButton {
                    o_name,
                    o_text,
                    o_disabled,
                }
                .render()
                .unwrap(),
                other => panic!("classes {other}"),
            }
        },
        "secondary | secondary disabled | warning | warning disabled",
    );
}
