//! Links around a page: header, footer, breadcrumbs, pagination.

use super::*;

template!(BackLink { o_href: String, o_text: String, o_classes: String }
    r#"{% import "components/back_link.html" as back_link %}{{ back_link::back_link(href=o_href, text=o_text, classes=o_classes) }}"#);

#[test]
fn back_link() {
    compare(
        "back-link",
        &[],
        |o| {
            let text = o.text("text");
            BackLink {
                o_href: or(o.text("href"), "#"),
                o_text: or(text, "Back"),
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "default | inverse | classes | html as text | with custom text and link",
    );
}

template!(Breadcrumbs { o_crumbs: Vec<Crumb>, o_classes: String, o_collapse: bool }
    r#"{% import "components/breadcrumbs.html" as breadcrumbs %}{{ breadcrumbs::breadcrumbs(crumbs=o_crumbs, classes=o_classes, collapse=o_collapse) }}"#);

#[test]
fn breadcrumbs() {
    compare(
        "breadcrumbs",
        &[],
        |o| {
            Breadcrumbs {
                o_crumbs: o
                    .list("items")
                    .into_iter()
                    .map(|item| {
                        Crumb::new(
                            o.text(&format!("{item}.text")),
                            o.text(&format!("{item}.href")),
                        )
                    })
                    .collect(),
                o_classes: o.text("classes"),
                o_collapse: o.flag("collapseOnMobile"),
            }
            .render()
            .unwrap()
        },
        "default | with one level | without the home section | \
         with last breadcrumb as current page | with collapse on mobile | inverse | \
         classes | html as text",
    );
}

template!(PhaseBanner { o_tag: String, o_text: String, o_body: Body, o_classes: String }
    r#"{% import "components/phase_banner.html" as phase_banner %}{% if o_body.is_given() %}
    {%- call phase_banner::phase_banner(o_tag, classes=o_classes) %}{{ o_body.0|safe }}{% endcall %}
    {%- else %}{{ phase_banner::phase_banner(o_tag, text=o_text, classes=o_classes) }}{% endif %}"#);

#[test]
fn phase_banner() {
    compare(
        "phase-banner",
        &[],
        |o| {
            PhaseBanner {
                o_tag: o.text("tag.text"),
                o_text: o.text("text"),
                o_body: Body(o.text("html")),
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "default | classes | text | html as text",
    );
}

template!(SkipLink { o_text: String, o_href: String, o_classes: String }
    r#"{% import "components/skip_link.html" as skip_link %}{{ skip_link::skip_link(text=o_text, href=o_href, classes=o_classes) }}"#);

#[test]
fn skip_link() {
    compare(
        "skip-link",
        &[],
        |o| {
            SkipLink {
                o_text: o.text("text"),
                o_href: or(o.text("href"), "#content"),
                o_classes: o.text("classes"),
            }
            .render()
            .unwrap()
        },
        "default | with focus | no href | custom href | custom text | html as text | \
         classes",
    );
}

template!(GenericHeader { o_name: String, o_href: String, o_classes: String, o_container: String }
    r#"{% import "components/generic_header.html" as generic_header %}{{ generic_header::generic_header(
    name=o_name, href=o_href, classes=o_classes, container=o_container) }}"#);

#[test]
fn generic_header() {
    compare(
        "generic-header",
        &[],
        |o| {
            let (href, container) = (o.text("url"), o.text("containerClasses"));
            GenericHeader {
                o_name: o.text("logoText"),
                o_href: or(href, "/"),
                o_classes: o.text("classes"),
                o_container: or(container, "govuk-width-container"),
            }
            .render()
            .unwrap()
        },
        "default | classes | custom url",
    );
}

template!(ServiceNavigation { o_links: Vec<NavLink>, o_name: String, o_href: String, o_end: Body, o_label: String }
    r#"{% import "components/service_navigation.html" as service_navigation %}{% if o_end.is_given() %}
    {%- call service_navigation::service_navigation(links=o_links, name=o_name, href=o_href, label=o_label) %}{{ o_end.0|safe }}{% endcall %}
    {%- else %}{{ service_navigation::service_navigation(links=o_links, name=o_name, href=o_href, label=o_label) }}{% endif %}"#);

#[test]
fn service_navigation() {
    compare(
        "service-navigation",
        &[],
        |o| {
            let links = o
                .list("navigation")
                .into_iter()
                .map(|item| {
                    let mut link = NavLink::new(
                        o.text(&format!("{item}.text")),
                        o.text(&format!("{item}.href")),
                    );
                    if o.flag(&format!("{item}.active")) {
                        link.current = Current::Section;
                    }
                    if o.flag(&format!("{item}.current")) {
                        link.current = Current::Page;
                    }
                    link
                })
                .collect();
            // The macro's block always stands in the line of the navigation.
            if o.0
                .get("slots.end.align")
                .is_some_and(|align| align == "inline")
            {
                o.text("slots.end.align");
            }
            let label = o.text("navigationLabel");
            ServiceNavigation {
                o_links: links,
                o_name: o.text("serviceName"),
                o_href: o.text("serviceUrl"),
                o_end: Body(o.text("slots.end.html")),
                o_label: or(label, "Menu"),
            }
            .render()
            .unwrap()
        },
        "default | with navigation with a current item | with large navigation | \
         with service name | with service link | with long service name | \
         with service name and navigation | with a single navigation item | \
         with no options set | with custom navigation label | \
         with navigation having empty values | with navigation having only empty values | \
         with navigation being an empty array | with navigation with an active item | \
         with right-aligned language navigation | with `inline` end slot",
    );
}

template!(Footer { o_links: Vec<NavLink>, o_text: String, o_container: String }
    r#"{% import "components/footer.html" as footer %}{{ footer::footer(links=o_links, text=o_text, container=o_container) }}"#);

/// Without the crown, the crest and the licence: they are gov.uk's.
#[test]
fn footer() {
    compare(
        "footer",
        &[
            "govuk-footer__crown",
            "govuk-footer__licence-logo",
            "govuk-footer__licence-description",
            "govuk-footer__meta-item",
        ],
        |o| {
            Footer {
                o_links: o
                    .list("meta.items")
                    .into_iter()
                    .map(|item| {
                        NavLink::new(
                            o.text(&format!("{item}.text")),
                            o.text(&format!("{item}.href")),
                        )
                    })
                    .collect(),
                o_text: o.text("meta.text"),
                o_container: format!("govuk-width-container {}", o.text("containerClasses")),
            }
            .render()
            .unwrap()
        },
        "default | with no content licence | with custom meta | with only custom meta | \
         with only meta links | with container classes | meta html as text | \
         with empty navigation",
    );
}

template!(Pagination {
    o_previous: String, o_next: String, o_previous_label: String, o_next_label: String, o_previous_text: String,
    o_next_text: String, o_label: String,
} r#"{% import "components/pagination.html" as pagination %}{{ pagination::block(
    previous=o_previous, next=o_next, previous_label=o_previous_label, next_label=o_next_label,
    previous_text=o_previous_text, next_text=o_next_text, label=o_label) }}"#);

template!(NumberedPagination { o_pages: Vec<PageLink>, o_previous: String, o_next: String, o_label: String }
    r#"{% import "components/pagination.html" as pagination %}{{ pagination::numbered(
    pages=o_pages, previous=o_previous, next=o_next, label=o_label) }}"#);

#[test]
fn pagination() {
    compare(
        "pagination",
        &[],
        |o| {
            let (o_previous, o_next, label) = (
                o.text("previous.href"),
                o.text("next.href"),
                o.text("landmarkLabel"),
            );
            let o_label = or(label, "Pagination");
            let items = o.list("items");
            if items.is_empty() {
                return Pagination {
                    o_previous,
                    o_next,
                    o_previous_label: o.text("previous.labelText"),
                    o_next_label: o.text("next.labelText"),
                    o_previous_text: o.text("previous.text"),
                    o_next_text: o.text("next.text"),
                    o_label,
                }
                .render()
                .unwrap();
            }
            let o_pages = items
                .into_iter()
                .map(|item| PageLink {
                    number: o.text(&format!("{item}.number")),
                    href: o.text(&format!("{item}.href")),
                    current: o.flag(&format!("{item}.current")),
                    ellipsis: o.flag(&format!("{item}.ellipsis")),
                })
                .collect();
            NumberedPagination {
                o_pages,
                o_previous,
                o_next,
                o_label,
            }
            .render()
            .unwrap()
        },
        "default | with many pages | first page | last page | with prev and next only | \
         with prev and next only and labels | \
         with prev and next only and very long labels | with previous only | \
         with next only | with custom navigation landmark | with empty items",
    );
}
