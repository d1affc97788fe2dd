//! Values that clouds ask for: regions, projects of an account, and what goes into a header.

use super::{Problem, quoted};

/// As long as a part of a host's name may be, with room for what is put in front of it.
const MAX_REGION: usize = 48;
const MAX_PROJECT: usize = 64;

/// The id of a region, which becomes a part of a host's name.
pub(in crate::config) fn region(text: &str) -> Result<String, Problem> {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let is_region = text.chars().all(fits) && !text.is_empty() && !text.starts_with('-') && !text.ends_with('-');
    if is_region && text.len() <= MAX_REGION {
        return Ok(text.to_owned());
    }
    let help = "write its id in lower-case letters, digits and `-`, as in `cn-shanghai` or `cn-north-4`";
    Err(Problem::new(format!("{} is no region", quoted(text)), help))
}

/// The id of an IAM project, which becomes a part of a path.
pub(in crate::config) fn iam_project(text: &str) -> Result<String, Problem> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if text.chars().all(fits) && !text.is_empty() && text.len() <= MAX_PROJECT {
        return Ok(text.to_owned());
    }
    let help = format!(
        "write the id of the IAM project (My Credentials in the console): \
         {MAX_PROJECT} letters, digits, `-` and `_` at most"
    );
    Err(Problem::new(format!("{} is no project id", quoted(text)), help))
}

/// A secret that goes into a header. The message does not repeat it.
pub(in crate::config) fn header(secret: &str) -> Result<(), Problem> {
    if secret.chars().all(|letter| letter.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Problem::new(
        "this holds a blank or a character that no key has",
        "copy it again, in one line and without blanks around it",
    ))
}

#[cfg(test)]
mod tests {
    use super::{header, iam_project, region};

    #[test]
    fn regions_are_parts_of_host_names() {
        for text in ["cn-north-4", "cn-shanghai", "eu-west-101", "x"] {
            assert_eq!(region(text).as_deref(), Ok(text));
        }
        for text in
            ["", "-", "cn-", "-cn", "CN-NORTH-4", "cn_north", "cn.north", "cn/..", "a b", "上海", &"a".repeat(49)]
        {
            assert!(region(text).is_err(), "{text}");
        }
    }

    #[test]
    fn project_ids_are_parts_of_paths() {
        assert!(iam_project("5237e10fe9aa4ad5b16b6a5245248314").is_ok());
        for text in ["", "a/b", "..", "a b", "ä", &"a".repeat(65)] {
            assert!(iam_project(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_goes_into_a_header_is_one_word() {
        assert!(header("LTAI5t/+=").is_ok());
        for text in ["a b", "a\n", "\r", "schlüssel"] {
            assert!(header(text).is_err(), "{text}");
        }
    }
}
