//! Reading the directories of postcodes that the Office for National Statistics (ONSPD, NSPL) and Ordnance Survey (Code-Point
//! Open) publish.
//!
//! The first two have a header, whose names change from year to year (`oslaua`, `laua`, `lad25cd`): columns are found by pattern.
//! Code-Point Open has none: ten columns, the postcode first, the code of the district council ninth. It comes as one file for each
//! postcode area, so several files make one directory.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::{
    domain::{
        postcode_directory::{Builder, Directory, Place},
        questioner::Postcode,
    },
    service::{Service, ServiceError, actor::Acting, import_postcodes},
};

/// How many bad rows are named one by one.
const NAMED: usize = 20;

/// A file in which more than one row of so many is bad is not what it seems, and is refused.
const ONE_BAD_ROW_IN: usize = 100;

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The file, where it has a name.
    pub file: String,
    /// The line on which it starts, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.file, self.line, self.why)
    }
}

/// What was found in the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows in all, without headers.
    pub rows: usize,
    /// Rows of postcodes that have been ended: not kept.
    pub ended: usize,
    /// Rows without a local authority: not kept.
    pub not_stated: usize,
    /// Rows that could not be read.
    pub bad: usize,
    /// The first of them.
    pub bad_rows: Vec<BadRow>,
}

/// Why a file was not imported. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file can't be opened or read.
    #[error("{file} cannot be read: {error}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        error: io::Error,
    },
    /// The file is none of those that are known.
    #[error("{file} is not ONSPD, NSPL or Code-Point Open: {why}. Nothing has been changed.")]
    UnknownLayout {
        /// The file.
        file: String,
        /// What is missing.
        why: String,
    },
    /// Too many rows are bad.
    #[error(
        "{bad} of {rows} rows cannot be read, more than 1 in {ONE_BAD_ROW_IN}; the first is {first}. Nothing has been changed."
    )]
    TooManyBadRows {
        /// How many.
        bad: usize,
        /// Of how many.
        rows: usize,
        /// The first.
        first: BadRow,
    },
    /// The service would not take it.
    #[error("{}. Nothing has been changed.", words(.0))]
    Service(#[from] ServiceError),
}

fn words(error: &ServiceError) -> String {
    match error {
        ServiceError::Invalid(problems) => problems
            .iter()
            .map(|problem| problem.message.clone())
            .collect::<Vec<_>>()
            .join("; "),
        other => other.to_string(),
    }
}

/// Where a file has what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    postcode: usize,
    authority: usize,
    ended: Option<usize>,
}

/// The columns of Code-Point Open: the postcode, its quality, eastings, northings, then codes, the district's last but one.
const CODE_POINT_OPEN: Layout = Layout {
    postcode: 0,
    authority: 8,
    ended: None,
};
const CODE_POINT_OPEN_COLUMNS: usize = 10;

/// `oslaua`, `laua`, `lad25cd`, `ladcd`.
fn is_authority(name: &str) -> bool {
    matches!(name, "oslaua" | "laua")
        || name
            .strip_prefix("lad")
            .and_then(|rest| rest.strip_suffix("cd"))
            .is_some_and(|year| year.bytes().all(|b| b.is_ascii_digit()))
}

impl Layout {
    /// The layout that a header describes.
    fn of_header(header: &StringRecord) -> Result<Self, String> {
        let names: Vec<String> = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_lowercase())
            .collect();
        let place = |wanted: &dyn Fn(&str) -> bool| names.iter().position(|name| wanted(name));
        // pcds has one blank; the others are padded to seven or eight characters
        let postcode = ["pcds", "pcd", "pcd7", "pcd8", "pcd2"]
            .iter()
            .find_map(|known| place(&|name| name == *known));
        Ok(Self {
            postcode: postcode.ok_or("it has no column of postcodes such as pcds")?,
            authority: place(&is_authority)
                .ok_or("it has no column of local authorities such as oslaua, laua or lad25cd")?,
            ended: place(&|name| name == "doterm"),
        })
    }

    /// The layout of a file, from its first row, and whether that row is a header.
    fn of_first_row(row: &StringRecord) -> Result<(Self, bool), String> {
        let first = row
            .get(0)
            .unwrap_or_default()
            .trim_start_matches('\u{feff}');
        if Postcode::parse(first).is_ok() {
            let easting = row.get(2).unwrap_or_default();
            let is_code_point = row.len() == CODE_POINT_OPEN_COLUMNS
                && !easting.is_empty()
                && easting.bytes().all(|b| b.is_ascii_digit());
            return if is_code_point {
                Ok((CODE_POINT_OPEN, false))
            } else {
                Err(format!(
                    "it starts with a postcode and has {} columns instead of {CODE_POINT_OPEN_COLUMNS}",
                    row.len()
                ))
            };
        }
        Self::of_header(row).map(|layout| (layout, true))
    }
}

/// A directory being read from one file after another.
#[derive(Debug)]
pub struct Reading {
    ons_code: String,
    builder: Builder,
    tally: Tally,
}

impl Reading {
    /// Nothing read yet, for the borough with this ONS code.
    pub fn new(ons_code: &str) -> Self {
        Self {
            ons_code: ons_code.to_owned(),
            builder: Builder::default(),
            tally: Tally::default(),
        }
    }

    /// Reads a file row by row. `name` is what it is called in errors.
    ///
    /// # Errors
    /// [`ImportError::Unreadable`], [`ImportError::UnknownLayout`].
    pub fn read(&mut self, name: &str, source: impl Read) -> Result<(), ImportError> {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(source);
        let mut row = csv::ByteRecord::new();
        let mut layout: Option<(Layout, usize)> = None;
        loop {
            let line = reader.position().line();
            match reader.read_byte_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) => match error.into_kind() {
                    csv::ErrorKind::Io(error) => {
                        return Err(ImportError::Unreadable {
                            file: name.to_owned(),
                            error,
                        });
                    }
                    _ => {
                        self.tally.rows += 1;
                        self.bad(name, line, "it is not a row of CSV".to_owned());
                        continue;
                    }
                },
            }
            let line = row.position().map_or(line, csv::Position::line);
            let Some((layout, columns)) = layout else {
                let first = StringRecord::from_byte_record_lossy(row.clone());
                let (found, is_header) =
                    Layout::of_first_row(&first).map_err(|why| ImportError::UnknownLayout {
                        file: name.to_owned(),
                        why,
                    })?;
                layout = Some((found, first.len()));
                if !is_header {
                    self.row(name, line, &row, found, first.len());
                }
                continue;
            };
            self.row(name, line, &row, layout, columns);
        }
        if layout.is_none() {
            return Err(ImportError::UnknownLayout {
                file: name.to_owned(),
                why: "it is empty".to_owned(),
            });
        }
        Ok(())
    }

    fn row(
        &mut self,
        file: &str,
        line: u64,
        row: &csv::ByteRecord,
        layout: Layout,
        columns: usize,
    ) {
        self.tally.rows += 1;
        if row.len() != columns {
            let why = format!("it has {} columns instead of {columns}", row.len());
            return self.bad(file, line, why);
        }
        let field = |place: usize| {
            row.get(place)
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .unwrap_or_default()
        };
        let ended = layout.ended.is_some_and(|place| !field(place).is_empty());
        let typed = field(layout.postcode).trim_start_matches('\u{feff}');
        let Ok(postcode) = Postcode::parse(typed) else {
            // postcodes of forms that are no longer in use were ended long ago
            if ended {
                self.tally.ended += 1;
                return;
            }
            return self.bad(file, line, "its postcode cannot be read".to_owned());
        };
        let authority = field(layout.authority);
        let place = if authority.is_empty() {
            Place::NotStated
        } else if authority == self.ons_code {
            Place::Inside
        } else if is_code(authority) {
            Place::Outside
        } else {
            let why = "its local authority is not a code of a letter and eight digits".to_owned();
            return self.bad(file, line, why);
        };
        if ended {
            self.tally.ended += 1;
        } else if place == Place::NotStated {
            self.tally.not_stated += 1;
        }
        self.builder.add(&postcode, place, ended);
    }

    fn bad(&mut self, file: &str, line: u64, why: String) {
        self.tally.bad += 1;
        if self.tally.bad_rows.len() < NAMED {
            self.tally.bad_rows.push(BadRow {
                file: file.to_owned(),
                line,
                why,
            });
        }
    }

    /// The directory, and what was found.
    ///
    /// # Errors
    /// [`ImportError::TooManyBadRows`].
    pub fn finish(self) -> Result<(Directory, Tally), ImportError> {
        let tally = self.tally;
        if tally.bad * ONE_BAD_ROW_IN > tally.rows
            && let Some(first) = tally.bad_rows.first()
        {
            return Err(ImportError::TooManyBadRows {
                bad: tally.bad,
                rows: tally.rows,
                first: first.clone(),
            });
        }
        Ok((self.builder.finish(), tally))
    }
}

/// A code of the Office for National Statistics, such as E06000006. The Channel Islands and the Isle of Man have L99999999 and
/// M99999999.
fn is_code(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_uppercase())
        && text.len() == 9
        && bytes.all(|b| b.is_ascii_digit())
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What was found in the files.
    pub tally: Tally,
    /// How many postcodes of the borough the directory held before.
    pub inside_before: i64,
    /// How many postcodes of the borough it holds now.
    pub inside: i64,
    /// How many postcodes beside them, in the districts that the borough has a part of.
    pub beside: usize,
    /// How many districts it knows to be outside altogether.
    pub districts_outside: usize,
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} rows read.", self.tally.rows)?;
        writeln!(
            f,
            "{} postcodes in the borough ({} before), {} outside it in the same districts, {} districts outside it altogether.",
            self.inside, self.inside_before, self.beside, self.districts_outside
        )?;
        writeln!(
            f,
            "Not kept: {} ended, {} without a local authority.",
            self.tally.ended, self.tally.not_stated
        )?;
        if self.tally.bad > 0 {
            writeln!(f, "{} rows could not be read:", self.tally.bad)?;
            for row in &self.tally.bad_rows {
                writeln!(f, "  {row}")?;
            }
            if self.tally.bad > self.tally.bad_rows.len() {
                writeln!(f, "  and others")?;
            }
        }
        Ok(())
    }
}

/// Imports files as one directory in the place of the one before. Where anything fails, the old one stays.
///
/// # Errors
/// [`ImportError`].
pub fn import(
    service: &Service,
    acting: &Acting,
    files: &[PathBuf],
) -> Result<Imported, ImportError> {
    let mut reading = Reading::new(&service.settings.council.ons_code);
    for path in files {
        let name = name(path);
        let file = File::open(path).map_err(|error| ImportError::Unreadable {
            file: name.clone(),
            error,
        })?;
        reading.read(&name, BufReader::new(file))?;
    }
    let (directory, tally) = reading.finish()?;
    let replaced = import_postcodes::replace(service, acting, &directory)?;
    Ok(Imported {
        tally,
        inside_before: replaced.inside_before,
        inside: replaced.inside,
        beside: directory.postcodes.len() - directory.inside(),
        districts_outside: directory.districts_outside.len(),
    })
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOROUGH: &str = "E06000006";

    fn read(text: &str) -> Result<(Directory, Tally), ImportError> {
        let mut reading = Reading::new(BOROUGH);
        reading.read("file.csv", text.as_bytes())?;
        reading.finish()
    }

    /// Two invented postcodes, one in the borough, one in the next, under a header.
    fn headed(header: &str, postcode: usize, authority: usize) -> String {
        let columns = header.split(',').count();
        let row = |code: &str, borough: &str| {
            (0..columns)
                .map(|place| match place {
                    _ if place == postcode => code,
                    _ if place == authority => borough,
                    _ => "",
                })
                .collect::<Vec<_>>()
                .join(",")
        };
        format!(
            "{header}\n{}\n{}\n",
            row("ZZ1 1AA", BOROUGH),
            row("ZZ1 1AB", "E06000007")
        )
    }

    #[test]
    fn the_products_of_every_vintage_are_known_by_their_headers() {
        for (header, postcode, authority) in [
            ("pcd,pcd2,pcds,dointr,doterm,oscty,oslaua,osward", 2, 6),
            ("pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward", 2, 7),
            (
                "pcd,pcd2,pcds,dointr,doterm,usertype,cty,ced,laua,ward",
                2,
                8,
            ),
            (
                "pcd7,pcd8,pcds,dointr,doterm,cty25cd,ced25cd,lad25cd,wd25cd",
                2,
                7,
            ),
            (
                "pcd7,pcd8,pcds,dointr,doterm,cty26cd,ced25cd,lad26cd,wd26cd",
                2,
                7,
            ),
            ("\u{feff}PCDS,LAUA", 0, 1),
            ("pcd7,lad31cd", 0, 1),
        ] {
            let (directory, tally) = read(&headed(header, postcode, authority)).unwrap();
            assert_eq!(
                directory.postcodes,
                [("ZZ1 1AA".to_owned(), true), ("ZZ1 1AB".to_owned(), false)],
                "{header}"
            );
            assert_eq!((tally.rows, tally.bad), (2, 0), "{header}");
        }
    }

    #[test]
    fn a_year_of_another_area_is_not_a_local_authority() {
        assert!(is_authority("lad26cd"));
        for other in ["ladx26cd", "cty26cd", "lad26nm", "oldlaua", "wd26cd"] {
            assert!(!is_authority(other), "{other}");
        }
    }

    #[test]
    fn code_point_open_has_no_header() {
        let text = "\"ZZ1 1AA\",10,350000,380000,\"E92000001\",\"\",\"\",\"\",\"E06000006\",\"E05000001\"\n\
                    \"ZZ111AB\",10,350001,380001,\"E92000001\",\"\",\"\",\"\",\"E06000007\",\"E05000002\"\n\
                    \"ZZ1 1AD\",90,0,0,\"\",\"\",\"\",\"\",\"\",\"\"\n";
        let (directory, tally) = read(text).unwrap();
        assert_eq!(directory.postcodes, [("ZZ1 1AA".to_owned(), true)]);
        assert_eq!(directory.districts_outside, ["ZZ11"]);
        assert_eq!((tally.rows, tally.not_stated), (3, 1));
    }

    #[test]
    fn an_ended_postcode_is_counted_and_not_kept() {
        let text = "pcds,doterm,laua\nZZ1 1AA,,E06000006\nZZ1 1AB,201206,E06000006\nZZZ 1AB,199012,E06000006\n";
        let (directory, tally) = read(text).unwrap();
        assert_eq!(directory.postcodes, [("ZZ1 1AA".to_owned(), true)]);
        assert_eq!((tally.ended, tally.bad), (2, 0));
    }

    #[test]
    fn bad_rows_are_counted_with_their_lines() {
        let mut text = "pcds,doterm,laua\n".to_owned();
        for n in 0..400 {
            text.push_str(&format!("ZZ1 {}AA,,E06000006\n", n % 10));
        }
        text.push_str("not a postcode,,E06000006\nZZ1 1AB,,Halton\nZZ1 1AB\n");
        let (_, tally) = read(&text).unwrap();
        assert_eq!(tally.bad, 3);
        let lines: Vec<u64> = tally.bad_rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [402, 403, 404]);
    }

    #[test]
    fn a_file_that_is_mostly_bad_is_refused() {
        let text = "pcds,doterm,laua\nZZ1 1AA,,E06000006\nnothing,,E06000006\n";
        assert!(matches!(
            read(text),
            Err(ImportError::TooManyBadRows {
                bad: 1,
                rows: 2,
                ..
            })
        ));
    }

    #[test]
    fn a_file_of_another_kind_is_refused_with_what_is_missing() {
        for (text, missing) in [
            ("", "empty"),
            ("name,town\nA,B\n", "column of postcodes"),
            ("pcds,town\nZZ1 1AA,B\n", "local authorities"),
            ("ZZ1 1AA,E06000006\n", "2 columns"),
        ] {
            match read(text) {
                Err(error @ ImportError::UnknownLayout { .. }) => {
                    assert!(error.to_string().contains(missing), "{error}");
                }
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn several_files_make_one_directory() {
        let mut reading = Reading::new(BOROUGH);
        let row = |postcode: &str, code: &str| {
            format!("{postcode},10,350000,380000,E92000001,,,,{code},E05000001\n")
        };
        reading
            .read("zz.csv", row("ZZ1 1AA", BOROUGH).as_bytes())
            .unwrap();
        reading
            .read("yy.csv", row("YY1 1AA", "E09000001").as_bytes())
            .unwrap();
        let (directory, tally) = reading.finish().unwrap();
        assert_eq!(tally.rows, 2);
        assert_eq!(directory.inside(), 1);
        assert_eq!(directory.districts_outside, ["YY1"]);
    }
}
