//! A directory of postcodes (clause (i), reading 8): which of them lie in the borough.
//!
//! The postcodes of a country are 1.7 million, of which a borough needs few. A district (`WA8`) that has any postcode in the
//! borough is kept postcode by postcode. A district all of whose postcodes lie elsewhere is kept as one entry, so that a postcode
//! of London is outside, even one newer than the directory, while a new postcode beside the border is unknown.
//!
//! A postcode that has been ended is nobody's address: it is not kept. It still says that its district touches the borough.

use std::collections::BTreeMap;

use crate::domain::questioner::Postcode;

/// Where a source places a postcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the borough.
    Inside,
    /// In another local authority.
    Outside,
    /// The source does not say.
    NotStated,
}

#[derive(Debug, Default)]
struct District {
    touches: bool,
    /// The inward part, and whether it lies in the borough.
    postcodes: BTreeMap<[u8; 3], bool>,
}

/// A directory being read from its sources.
#[derive(Debug, Default)]
pub struct Builder {
    districts: BTreeMap<String, District>,
}

/// A directory: what is known of each postcode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// The postcodes of the districts that have any in the borough, each with whether it lies in it.
    pub postcodes: Vec<(String, bool)>,
    /// The districts that lie outside the borough altogether.
    pub districts_outside: Vec<String>,
}

impl Builder {
    /// Adds a row of a source. Where two rows of one postcode differ, it counts as in the borough: nobody is refused by a doubt.
    pub fn add(&mut self, postcode: &Postcode, place: Place, ended: bool) {
        let district = self
            .districts
            .entry(postcode.district().to_owned())
            .or_default();
        district.touches |= place == Place::Inside;
        if ended || place == Place::NotStated {
            return;
        }
        let mut inward = [0; 3];
        for (to, from) in inward.iter_mut().zip(postcode.as_str().bytes().rev()) {
            *to = from;
        }
        inward.reverse();
        *district.postcodes.entry(inward).or_default() |= place == Place::Inside;
    }

    /// The directory.
    pub fn finish(self) -> Directory {
        let mut directory = Directory::default();
        for (name, district) in self.districts {
            if district.touches {
                for (inward, inside) in district.postcodes {
                    let inward = String::from_utf8_lossy(&inward);
                    directory
                        .postcodes
                        .push((format!("{name} {inward}"), inside));
                }
            } else if !district.postcodes.is_empty() {
                directory.districts_outside.push(name);
            }
        }
        directory
    }
}

impl Directory {
    /// How many postcodes it places in the borough.
    pub fn inside(&self) -> usize {
        self.postcodes.iter().filter(|(_, inside)| *inside).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &[(&str, Place, bool)]) -> Directory {
        let mut builder = Builder::default();
        for (postcode, place, ended) in rows {
            builder.add(&Postcode::parse(postcode).unwrap(), *place, *ended);
        }
        builder.finish()
    }

    #[test]
    fn a_district_that_touches_the_borough_is_kept_postcode_by_postcode() {
        let directory = read(&[
            ("ZZ1 1AA", Place::Inside, false),
            ("ZZ1 1AB", Place::Outside, false),
            ("ZZ2 1AA", Place::Outside, false),
            ("ZZ2 1AB", Place::Outside, false),
        ]);
        assert_eq!(
            directory.postcodes,
            [("ZZ1 1AA".to_owned(), true), ("ZZ1 1AB".to_owned(), false)]
        );
        assert_eq!(directory.districts_outside, ["ZZ2"]);
        assert_eq!(directory.inside(), 1);
    }

    #[test]
    fn an_ended_postcode_is_not_kept_but_its_district_touches() {
        let directory = read(&[
            ("ZZ1 1AA", Place::Inside, true),
            ("ZZ1 1AB", Place::Outside, false),
            ("ZZ3 1AA", Place::Outside, true),
        ]);
        assert_eq!(directory.postcodes, [("ZZ1 1AB".to_owned(), false)]);
        assert!(
            directory.districts_outside.is_empty(),
            "nothing live is known of ZZ3"
        );
    }

    #[test]
    fn a_postcode_without_a_place_is_not_kept() {
        let directory = read(&[
            ("ZZ1 1AA", Place::NotStated, false),
            ("ZZ2 1AA", Place::NotStated, false),
            ("ZZ2 1AB", Place::Outside, false),
        ]);
        assert!(directory.postcodes.is_empty());
        assert_eq!(directory.districts_outside, ["ZZ2"]);
    }

    #[test]
    fn a_doubt_does_not_refuse_anybody() {
        for rows in [
            [Place::Inside, Place::Outside],
            [Place::Outside, Place::Inside],
        ] {
            let directory = read(&rows.map(|place| ("ZZ1 1AA", place, false)));
            assert_eq!(directory.postcodes, [("ZZ1 1AA".to_owned(), true)]);
        }
    }
}
