//! What may be shown of a line, with and without a tree.

use super::super::yaml;
use super::{Masks, lines};

/// The lines as they are shown; `yaml` decides whether there is a tree.
fn shown(text: &str) -> Vec<String> {
    let (tree, _) = yaml::parse(text);
    let lines = lines(text);
    let masks = Masks::new(&lines, tree.as_ref());
    (1..=lines.len()).map(|number| masks.line(number).unwrap().around(1, 1).text).collect()
}

#[test]
fn with_a_tree_only_the_secret_is_hidden() {
    assert_eq!(shown("{ user: u, password: 'a b' , x: 1 }"), ["{ user: u, password: ****** , x: 1 }"]);
    assert_eq!(shown("secret_key: |\n  one\n  two\nx: 1"), ["secret_key: ******", "  ******", "******", "x: 1"]);
    assert_eq!(shown("password_file: /run/x"), ["password_file: /run/x"]);
    assert_eq!(shown("key_file: k.pem"), ["key_file: k.pem"]);
    assert_eq!(shown("password_env: OMS_PASSWORD"), ["password_env: OMS_PASSWORD"]);
    assert_eq!(shown("password_env: s3cret!"), ["password_env: ******"]);
    assert_eq!(shown("proxy_url: http://u:p@h:1"), ["proxy_url: http://******@h:1"]);
    assert_eq!(shown("name: 'a key: to a secret ring'"), ["name: 'a key: to a secret ring'"]);
}

#[test]
fn without_a_tree_everything_behind_the_name_is_hidden() {
    assert_eq!(shown("a: [\npassword: x, user: u"), ["a: [", "password: ******"]);
    assert_eq!(shown("a: [\npassword x"), ["a: [", "password ******"]);
    assert_eq!(shown("a: [\n  password:\n    x\n  user: u"), ["a: [", "  password:", "    ******", "  user: u"]);
}

#[test]
fn carets_stay_below_their_word() {
    let text = "{ password: hunter2, 名: x, time: y }";
    let (tree, _) = yaml::parse(text);
    let lines = lines(text);
    let line = Masks::new(&lines, tree.as_ref()).line(1).unwrap();
    let marked = line.around(28, 4);
    assert_eq!(marked.text, "{ password: ******, 名: x, time: y }");
    assert_eq!(marked.carets, format!("{}^^^^", " ".repeat(27)));
}

#[test]
fn a_lone_carriage_return_ends_a_line() {
    assert_eq!(lines("a\rb\r\nc\n"), ["a", "b", "c", ""]);
}
