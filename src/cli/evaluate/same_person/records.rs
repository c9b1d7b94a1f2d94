//! Reading records of people from CSV files of many makes.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context, bail};
use csv::{ByteRecord, ReaderBuilder, Trim};
use regex::Regex;

use super::Options;
use crate::domain::same_person::{Person, Profile};

/// Columns that say who it is, the surest first.
const PERSON: &[&str] = &[
    "person_id",
    "person",
    "cluster",
    "cluster_id",
    "entity_id",
    "ncid",
    "voter_id",
    "voter_reg_num",
    "unique_person_id",
    "rec_id",
    "recid",
];
const NAME: &[&str] = &["name", "full_name", "fullname"];
const GIVEN_NAME: &[&str] = &[
    "given_name",
    "givenname",
    "first_name",
    "firstname",
    "forename",
    "fname",
    "given",
];
const MIDDLE_NAME: &[&str] = &["middle_name", "midl_name", "middlename", "middle"];
const SURNAME: &[&str] = &["surname", "last_name", "lastname", "family_name", "lname"];
const EMAIL: &[&str] = &["email", "e_mail", "email_address"];
const POSTCODE: &[&str] = &[
    "postcode",
    "post_code",
    "postal_code",
    "zip_code",
    "zip",
    "zipcode",
];
const NUMBER: &[&str] = &["street_number", "house_number", "house_num"];
const ADDRESS: &[&str] = &[
    "address_1",
    "address1",
    "address",
    "street_address",
    "res_street_address",
    "street",
    "street_name",
    "addr_line1",
];
const ORGANISATION: &[&str] = &["organisation", "organization", "company"];

/// What stands in files for nothing.
const NOTHING: &[&str] = &["null", "nan", "na", "n/a", "none", "\\n", "-"];

/// One record.
#[derive(Debug)]
pub(super) struct Record {
    /// Whose it is, as a number.
    pub person: usize,
    /// What is compared.
    pub profile: Profile,
    /// As it is shown among examples; empty where none are wanted.
    pub shown: String,
}

/// What the files hold.
#[derive(Debug)]
pub(super) struct Table {
    /// The records that name a person.
    pub records: Vec<Record>,
    /// How many name none.
    pub without_person: usize,
    /// Which column was taken for what.
    pub columns: Vec<String>,
}

/// Where each detail stands in a row.
#[derive(Debug, Default)]
struct Columns {
    person: usize,
    name: Vec<usize>,
    email: Option<usize>,
    postcode: Option<usize>,
    address: Vec<usize>,
    organisation: Option<usize>,
}

/// A name of a column without what writers of headers differ in.
fn plain(name: &str) -> String {
    name.trim()
        .to_lowercase()
        .replace([' ', '-', '.'], "_")
        .trim_matches('_')
        .to_owned()
}

struct Header<'a> {
    names: &'a [String],
    file: &'a Path,
    told: Vec<String>,
}

impl Header<'_> {
    fn there_are(&self) -> String {
        self.names
            .iter()
            .map(|name| format!("{name:?}"))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn position(&self, wanted: &str) -> Option<usize> {
        self.names
            .iter()
            .position(|name| name == wanted)
            .or_else(|| {
                self.names
                    .iter()
                    .position(|name| plain(name) == plain(wanted))
            })
    }

    fn named(&self, option: &str, wanted: &str) -> anyhow::Result<usize> {
        self.position(wanted).with_context(|| {
            format!(
                "{} has no column {wanted:?} ({option}); it has {}",
                self.file.display(),
                self.there_are()
            )
        })
    }

    /// The column that was named, or the first of the usual names that is there.
    fn column(
        &mut self,
        option: &str,
        wanted: Option<&String>,
        usual: &[&str],
    ) -> anyhow::Result<Option<usize>> {
        let found = match wanted {
            Some(wanted) => Some(self.named(option, wanted)?),
            None => usual.iter().find_map(|name| self.position(name)),
        };
        if let Some(place) = found {
            self.told
                .push(format!("{} {:?}", &option[2..], self.names[place]));
        }
        Ok(found)
    }
}

fn columns(header: &mut Header<'_>, options: &Options) -> anyhow::Result<Columns> {
    let person = header.column("--person", options.person.as_ref(), PERSON)?;
    let Some(person) = person else {
        bail!(
            "{}: say with --person which column says who it is; it has {}",
            header.file.display(),
            header.there_are()
        );
    };
    let parts_named = options.given_name.is_some() || options.surname.is_some();
    let mut name = Vec::new();
    let whole = if parts_named && options.name.is_none() {
        None
    } else if options.name.is_some() || SURNAME.iter().all(|n| header.position(n).is_none()) {
        header.column("--name", options.name.as_ref(), NAME)?
    } else {
        None
    };
    match whole {
        Some(whole) => name.push(whole),
        None => {
            for (option, wanted, usual) in [
                ("--given-name", &options.given_name, GIVEN_NAME),
                ("--middle-name", &options.middle_name, MIDDLE_NAME),
                ("--surname", &options.surname, SURNAME),
            ] {
                name.extend(header.column(option, wanted.as_ref(), usual)?);
            }
        }
    }
    if name.is_empty() {
        bail!(
            "{}: say with --name, or with --given-name and --surname, where the names are; it has {}",
            header.file.display(),
            header.there_are()
        );
    }
    let email = header.column("--email", options.email.as_ref(), EMAIL)?;
    let postcode = header.column("--postcode", options.postcode.as_ref(), POSTCODE)?;
    let address = match &options.address {
        Some(wanted) => {
            let mut places = Vec::new();
            for one in wanted {
                places.extend(header.column("--address", Some(one), &[])?);
            }
            places
        }
        None => {
            let mut places = Vec::new();
            let street = ADDRESS.iter().find_map(|name| header.position(name));
            if street.is_some() {
                places.extend(header.column("--address", None, NUMBER)?);
                places.extend(header.column("--address", None, ADDRESS)?);
            }
            places
        }
    };
    let organisation = header.column(
        "--organisation",
        options.organisation.as_ref(),
        ORGANISATION,
    )?;
    Ok(Columns {
        person,
        name,
        email,
        postcode,
        address,
        organisation,
    })
}

/// The sign that parts the cells: the commonest of the usual ones in the header.
fn delimiter(text: &[u8]) -> u8 {
    let header = text.split(|b| *b == b'\n').next().unwrap_or_default();
    let times = |sign: u8| header.iter().filter(|b| **b == sign).count();
    let mut best = b',';
    for sign in [b';', b'\t', b'|'] {
        if times(sign) > times(best) {
            best = sign;
        }
    }
    best
}

fn cell(row: &ByteRecord, place: usize) -> String {
    let text = String::from_utf8_lossy(row.get(place).unwrap_or_default());
    let text = text.trim();
    if NOTHING.contains(&text.to_lowercase().as_str()) {
        String::new()
    } else {
        text.to_owned()
    }
}

/// The cells of an address as its lines; a number belongs to the street after it.
fn address(row: &ByteRecord, places: &[usize]) -> String {
    let mut lines = String::new();
    for part in places.iter().map(|place| cell(row, *place)) {
        if part.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            let number = lines.rsplit('\n').next().is_some_and(|line| {
                line.starts_with(|c: char| c.is_ascii_digit()) && !line.contains(' ')
            });
            lines.push(if number { ' ' } else { '\n' });
        }
        lines.push_str(&part);
    }
    lines
}

/// Whose a record is; none where the cell is empty or the pattern finds nothing in it.
fn person(cell: &str, pattern: Option<&Regex>) -> Option<String> {
    if cell.is_empty() {
        return None;
    }
    match pattern {
        None => Some(cell.to_owned()),
        Some(pattern) => pattern
            .captures(cell)
            .and_then(|found| found.get(1).or_else(|| found.get(0)))
            .map(|found| found.as_str().to_owned()),
    }
}

/// Reads the files that the options name.
///
/// # Errors
/// Where a file cannot be read, or lacks a column.
pub(super) fn read(options: &Options) -> anyhow::Result<Table> {
    let generated = Regex::new(r"^(rec-\d+)-(?:org|dup-\d+)$")?;
    let mut persons: HashMap<String, usize> = HashMap::new();
    let mut table = Table {
        records: Vec::new(),
        without_person: 0,
        columns: Vec::new(),
    };
    for file in &options.records {
        let text = fs::read(file).with_context(|| file.display().to_string())?;
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .delimiter(delimiter(text))
            .from_reader(text);
        let mut rows = reader.byte_records();
        let Some(header) = rows.next() else {
            bail!("{} is empty", file.display());
        };
        let header = header.with_context(|| file.display().to_string())?;
        let names: Vec<String> = header
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_owned())
            .collect();
        let mut header = Header {
            names: &names,
            file,
            told: Vec::new(),
        };
        let columns = columns(&mut header, options)?;
        if !table.columns.contains(&header.told.join(", ")) {
            table.columns.push(header.told.join(", "));
        }
        for row in rows {
            let row = row.with_context(|| file.display().to_string())?;
            let id = cell(&row, columns.person);
            let pattern = options
                .person_pattern
                .as_ref()
                .or_else(|| generated.is_match(&id).then_some(&generated));
            let Some(person) = person(&id, pattern) else {
                table.without_person += 1;
                continue;
            };
            let next = persons.len();
            let person = *persons.entry(person).or_insert(next);
            let name = columns
                .name
                .iter()
                .map(|place| cell(&row, *place))
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ");
            let given = |place: Option<usize>| {
                place
                    .map(|place| cell(&row, place))
                    .filter(|text| !text.is_empty())
            };
            let (email, organisation) = (given(columns.email), given(columns.organisation));
            let postcode = given(columns.postcode).unwrap_or_default();
            let address = address(&row, &columns.address);
            let profile = Profile::read(&Person {
                name: &name,
                email: email.as_deref(),
                postcode: &postcode,
                address: Some(&address),
                organisation: organisation.as_deref(),
            });
            let shown = if options.examples == 0 {
                String::new()
            } else {
                [
                    Some(name),
                    Some(address.replace('\n', ", ")),
                    Some(postcode),
                    email,
                    organisation,
                ]
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("; ")
            };
            table.records.push(Record {
                person,
                profile,
                shown,
            });
        }
    }
    Ok(table)
}
