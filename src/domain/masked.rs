//! Contact details with most of their characters hidden: enough for their owner to see a mistake, too little for anybody else.

/// Returns an e-mail address as its first character, dots and its domain.
///
/// ```
/// use public_question_time::domain::masked;
/// assert_eq!(masked::email("zara.patel@example.org"), "z•••@example.org");
/// assert_eq!(masked::email("not an address"), "n•••");
/// ```
pub fn email(address: &str) -> String {
    let first: String = address.chars().take(1).collect();
    match address.rsplit_once('@') {
        Some((_, domain)) => format!("{first}•••@{domain}"),
        None => format!("{first}•••"),
    }
}

/// Returns the last two letters of a postcode, after dots.
///
/// ```
/// use public_question_time::domain::masked;
/// assert_eq!(masked::postcode("WA8 7QF"), "••• •QF");
/// ```
pub fn postcode(postcode: &str) -> String {
    let letters: Vec<char> = postcode.chars().filter(|c| c.is_alphanumeric()).collect();
    let last: String = letters[letters.len().saturating_sub(2)..].iter().collect();
    format!("••• •{last}")
}
