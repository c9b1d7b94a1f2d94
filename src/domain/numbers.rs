//! Numbers as a person reads them. Every sentence that counts something takes its words from here.

/// "3 days", "1 day": for measures and for counts that are compared.
pub fn count(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", plural(number))
}

/// "one question", "two questions", "10 questions": for counts inside a sentence.
pub fn count_in_words(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", in_words(number), plural(number))
}

/// "no", "one", "two" up to "nine", then "10".
pub fn in_words(number: u64) -> String {
    const WORDS: [&str; 10] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    usize::try_from(number)
        .ok()
        .and_then(|number| WORDS.get(number))
        .map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

/// "second", "third" up to "ninth", then "10th", "11th", "21st".
pub fn ordinal(number: u64) -> String {
    const WORDS: [&str; 10] = [
        "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    ];
    match number {
        1..=9 => WORDS[number as usize].to_owned(),
        _ => format!("{number}{}", suffix(number)),
    }
}

fn plural(number: u64) -> &'static str {
    if number == 1 { "" } else { "s" }
}

fn suffix(number: u64) -> &'static str {
    match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_nine_are_words_and_the_rest_digits() {
        let said = |number| count_in_words(number, "question");
        assert_eq!(said(0), "no questions");
        assert_eq!(said(1), "one question");
        assert_eq!(said(2), "two questions");
        assert_eq!(said(9), "nine questions");
        assert_eq!(said(10), "10 questions");
        assert_eq!(count(1, "minute"), "1 minute");
        assert_eq!(count(30, "minute"), "30 minutes");
    }

    #[test]
    fn ordinals_end_as_they_are_said() {
        let said: Vec<_> = [1, 2, 9, 10, 11, 12, 13, 21, 22, 23, 101, 111]
            .map(ordinal)
            .into();
        assert_eq!(
            said,
            [
                "first", "second", "ninth", "10th", "11th", "12th", "13th", "21st", "22nd", "23rd",
                "101st", "111th"
            ]
        );
    }
}
