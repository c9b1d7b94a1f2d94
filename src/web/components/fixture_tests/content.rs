//! What is read: banners, tags, lists, tables.

use super::*;

template!(Details { o_summary: String, o_text: String, o_body: Body, o_id: String, o_open: bool, o_classes: String }
    r#"{% import "components/details.html" as details %}{% if o_body.is_given() %}
    {%- call details::details(o_summary, id=o_id, open=o_open, classes=o_classes) %}{{ o_body.0|safe }}{% endcall %}
    {%- else %}{{ details::details(o_summary, text=o_text, id=o_id, open=o_open, classes=o_classes) }}{% endif %}"#);

#[test]
fn details() {
    compare(
        "details",
        &[],
        |o| {
            Details {
                o_summary: o.text("summaryText"),
                o_text: o.text("text"),
                o_body: Body(o.text("html")),
                o_id: o.text("id"),
                o_open: o.flag("open"),
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "default | expanded | id | html as text | html | summary html as text | classes | \
         with html",
    );
}

template!(ErrorSummary { o_problems: Vec<FieldProblem>, o_title: String, o_description: String, o_classes: String }
    r#"{% import "components/error_summary.html" as error_summary %}{{ error_summary::error_summary(
    problems=o_problems, title=o_title, description=o_description, classes=o_classes) }}"#);

#[test]
fn error_summary() {
    compare(
        "error-summary",
        &[],
        |o| {
            ErrorSummary {
                o_problems: o
                    .list("errorList")
                    .into_iter()
                    .map(|item| {
                        let href = o.text(&format!("{item}.href"));
                        FieldProblem::new(
                            href.trim_start_matches('#'),
                            o.text(&format!("{item}.text")),
                        )
                    })
                    .collect(),
                o_title: o.text("titleText"),
                o_description: o.text("descriptionText"),
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "default | without links | mixed with and without links | with everything | \
         html as titleText | description | html as descriptionText | classes | \
         error list with html as text | error list with html as text link",
    );
}

#[test]
fn no_error_summary_without_an_error() {
    let summary = ErrorSummary {
        o_problems: Vec::new(),
        o_title: "There is a problem".to_owned(),
        o_description: String::new(),
        o_classes: String::new(),
    };
    assert_eq!(summary.render().unwrap().trim(), "");
}

template!(InsetText { o_text: String, o_body: Body, o_id: String, o_classes: String }
    r#"{% import "components/inset_text.html" as inset_text %}{% if o_body.is_given() %}
    {%- call inset_text::inset_text(id=o_id, classes=o_classes) %}{{ o_body.0|safe }}{% endcall %}
    {%- else %}{{ inset_text::inset_text(text=o_text, id=o_id, classes=o_classes) }}{% endif %}"#);

#[test]
fn inset_text() {
    compare(
        "inset-text",
        &[],
        |o| {
            InsetText {
                o_text: o.text("text"),
                o_body: Body(o.text("html")),
                o_id: o.text("id"),
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "default | with html | classes | id | html as text",
    );
}

template!(WarningText { o_text: String, o_body: Body, o_classes: String }
    r#"{% import "components/warning_text.html" as warning_text %}{% if o_body.is_given() %}
    {%- call warning_text::warning_text(classes=o_classes) %}{{ o_body.0|safe }}{% endcall %}
    {%- else %}{{ warning_text::warning_text(text=o_text, classes=o_classes) }}{% endif %}"#);

#[test]
fn warning_text() {
    compare(
        "warning-text",
        &[],
        |o| {
            // "Warning" is the macro's own fallback text; a fixture that gives another differs.
            if o.0
                .get("iconFallbackText")
                .is_some_and(|text| text == "Warning")
            {
                o.text("iconFallbackText");
            }
            WarningText {
                o_text: o.text("text"),
                o_body: Body(o.text("html")),
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "default | multiple lines | classes | html | html as text | \
         no icon fallback text",
    );
}

template!(NotificationBanner {
    o_text: String, o_body: Body, o_success: bool, o_title: String, o_classes: String, o_title_id: String,
} r#"{% import "components/notification_banner.html" as notification_banner %}{% if o_body.is_given() %}
    {%- call notification_banner::notification_banner(success=o_success, title=o_title, classes=o_classes, title_id=o_title_id) %}{{ o_body.0|safe }}{% endcall %}
    {%- else %}{{ notification_banner::notification_banner(text=o_text, success=o_success, title=o_title, classes=o_classes, title_id=o_title_id) }}{% endif %}"#);

#[test]
fn notification_banner() {
    compare(
        "notification-banner",
        &[],
        |o| {
            let title_id = o.text("titleId");
            NotificationBanner {
                o_text: o.text("text"),
                o_body: Body(o.text("html")),
                o_success: o.text("type") == "success",
                o_title: o.text("titleText"),
                o_classes: o.text("classes"),
                o_title_id: or(title_id, "govuk-notification-banner-title"),
            }
            .render()
            .unwrap()
        },
        "default | with text as html | with type as success | with long heading | \
         with lots of content | custom title | title html as text | custom title id | \
         custom title id with type as success | custom text | html as text | classes | \
         with invalid type",
    );
}

template!(Panel { o_title: String, o_text: String, o_body: Body, o_level: String, o_classes: String }
    r#"{% import "components/panel.html" as panel %}{% if o_body.is_given() %}
    {%- call panel::panel(o_title, heading_level=o_level, classes=o_classes) %}{{ o_body.0|safe }}{% endcall %}
    {%- else %}{{ panel::panel(o_title, text=o_text, heading_level=o_level, classes=o_classes) }}{% endif %}"#);

#[test]
fn panel() {
    compare(
        "panel",
        &[],
        |o| {
            let level = o.text("headingLevel");
            Panel {
                o_title: o.text("titleText"),
                o_text: o.text("text"),
                o_body: Body(o.text("html")),
                o_level: or(level, "1"),
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "title html as text | body html as text | body html | classes | \
         title with no body text | custom heading level",
    );
}

template!(Tag { o_text: String, o_colour: String, o_classes: String }
    r#"{% import "components/tag.html" as tag %}{{ tag::tag(o_text, colour=o_colour, classes=o_classes) }}"#);

#[test]
fn tag() {
    compare(
        "tag",
        &[],
        |o| {
            let classes = o.text("classes");
            let colour = classes.strip_prefix("govuk-tag--").map(str::to_owned);
            Tag {
                o_text: o.text("text"),
                o_classes: if colour.is_some() {
                    String::new()
                } else {
                    classes
                },
                o_colour: colour.unwrap_or_default(),
            }
            .render()
            .unwrap()
        },
        "default | grey | turquoise | green | purple | pink | red | orange | yellow | \
         html as text",
    );
}

template!(SummaryList { o_rows: Vec<SummaryRow>, o_classes: String, o_card: String, o_level: String }
    r#"{% import "components/summary_list.html" as summary_list %}{% if o_card.is_empty() %}
    {{- summary_list::summary_list(rows=o_rows, classes=o_classes) }}
    {%- else %}{% call summary_list::card(o_card, heading_level=o_level) %}{{ summary_list::summary_list(rows=o_rows, classes=o_classes) }}{% endcall %}{% endif %}"#);

#[test]
fn summary_list() {
    compare(
        "summary-list",
        &[],
        |o| {
            let level = o.text("card.title.headingLevel");
            SummaryList {
                o_rows: o
                    .list("rows")
                    .into_iter()
                    .map(|row| {
                        let mut made = SummaryRow::new(
                            o.text(&format!("{row}.key.text")),
                            o.text(&format!("{row}.value.text")),
                        );
                        for action in o.list(&format!("{row}.actions.items")) {
                            made = made.action(
                                o.text(&format!("{action}.href")),
                                o.text(&format!("{action}.text")),
                                o.text(&format!("{action}.visuallyHiddenText")),
                            );
                        }
                        made
                    })
                    .collect(),
                o_classes: o.text("classes"),
                o_card: o.text("card.title.text"),
                o_level: or(level, "2"),
            }
            .render()
            .unwrap()
        },
        "as a summary card with a text header | with falsy values | actions href | \
         single action with anchor | empty items array | \
         as a summary card with a custom header level",
    );
}

/// A row built in a template: its value may be HTML.
struct BuiltRow {
    key: String,
    text: String,
    html: String,
    change: String,
    change_text: String,
    about: String,
    no_actions: bool,
}

template!(BuiltSummaryList { o_rows: Vec<BuiltRow>, o_classes: String }
    r#"{% import "components/summary_list.html" as summary_list %}{% call summary_list::list(classes=o_classes) %}{% for r in o_rows %}
    {%- if r.html.is_empty() %}{{ summary_list::row(r.key, r.text, change=r.change, about=r.about, change_text=r.change_text, no_actions=r.no_actions) }}
    {%- else %}{% call summary_list::row(r.key, change=r.change, about=r.about, change_text=r.change_text, no_actions=r.no_actions) %}{{ r.html|safe }}{% endcall %}{% endif %}
    {%- endfor %}{% endcall %}"#);

#[test]
fn summary_list_built_from_rows() {
    compare(
        "summary-list",
        &[],
        |o| {
            let mut rows: Vec<_> = o
                .list("rows")
                .into_iter()
                .map(|row| {
                    let action = format!("{row}.actions.items.0");
                    BuiltRow {
                        key: o.text(&format!("{row}.key.text")),
                        text: o.text(&format!("{row}.value.text")),
                        html: o.text(&format!("{row}.value.html")),
                        change: o.text(&format!("{action}.href")),
                        change_text: o.text(&format!("{action}.text")),
                        about: o.text(&format!("{action}.visuallyHiddenText")),
                        no_actions: false,
                    }
                })
                .collect();
            if rows.iter().any(|row| !row.change.is_empty()) {
                rows.iter_mut()
                    .for_each(|row| row.no_actions = row.change.is_empty());
            }
            BuiltSummaryList {
                o_rows: rows,
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "default | no-border | with falsy values | value with html | actions href | \
         single action with anchor | empty items array",
    );
}

struct Cell {
    text: String,
    html: String,
    numeric: bool,
    classes: String,
}

template!(Table {
    o_caption: String, o_caption_classes: String, o_classes: String, o_head: Vec<Cell>, o_rows: Vec<Vec<Cell>>, o_first: bool,
} r#"{% import "components/table.html" as table %}
{%- call table::table(caption=o_caption, caption_classes=o_caption_classes, classes=o_classes) %}
    {%- if !o_head.is_empty() %}{% call table::head() %}{% for c in o_head %}{{ table::column(c.text, numeric=c.numeric, classes=c.classes) }}{% endfor %}{% endcall %}{% endif %}
    {%- call table::body() %}{% for r in o_rows %}{% call table::row() %}{% for c in r %}
        {%- if loop.first && o_first %}
            {%- if c.html.is_empty() %}{{ table::row_header(c.text, classes=c.classes) }}{% else %}{% call table::row_header(classes=c.classes) %}{{ c.html|safe }}{% endcall %}{% endif %}
        {%- else if c.html.is_empty() %}{{ table::cell(c.text, numeric=c.numeric, classes=c.classes) }}
        {%- else %}{% call table::cell(numeric=c.numeric, classes=c.classes) %}{{ c.html|safe }}{% endcall %}{% endif %}
    {%- endfor %}{% endcall %}{% endfor %}{% endcall %}
{%- endcall %}"#);

#[test]
fn table() {
    fn cell(o: &mut Options, path: &str) -> Cell {
        let format = o.text(&format!("{path}.format"));
        assert!(format.is_empty() || format == "numeric", "format {format}");
        Cell {
            text: o.text(&format!("{path}.text")),
            html: o.text(&format!("{path}.html")),
            numeric: !format.is_empty(),
            classes: o.text(&format!("{path}.classes")),
        }
    }
    compare(
        "table",
        &[],
        |o| {
            Table {
                o_caption: o.text("caption"),
                o_caption_classes: o.text("captionClasses"),
                o_classes: o.text("classes"),
                o_head: o.list("head").iter().map(|path| cell(o, path)).collect(),
                o_rows: o
                    .list("rows")
                    .iter()
                    .map(|row| o.list(row).iter().map(|path| cell(o, path)).collect())
                    .collect(),
                o_first: o.flag("firstCellIsHeader"),
            }
            .render()
            .unwrap()
        },
        "default | with head | with head and caption | classes | html as text | \
         head with classes | with firstCellIsHeader true | \
         firstCellIsHeader with classes | firstCellIsHeader with html | \
         firstCellIsHeader with html as text | with falsy items | rows with classes | \
         with small text modifier for tables with a lot of data",
    );
}
