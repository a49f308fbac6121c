//! The CSV file: `key,type,encoding,value`.

/// A row, with the line on which it begins, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) fields: Vec<String>,
}

/// What is wrong, and on which line.
pub(super) type Wrong = (usize, String);

/// The rows of a text. Quotes are as in RFC 4180; lines that begin with `#` are comments.
pub(super) fn rows(text: &str) -> Result<Vec<Row>, Wrong> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Vec::new();
    let mut chars = text.chars().peekable();
    let mut line = 1;
    while let Some(first) = chars.peek() {
        if matches!(first, '#' | '\n' | '\r') {
            if chars.by_ref().find(|c| *c == '\n').is_some() {
                line += 1;
            }
            continue;
        }
        let began = line;
        let mut fields = vec![String::new()];
        let mut is_quoted = false;
        loop {
            let field = fields.last_mut().expect("there is always one");
            match chars.next() {
                None if is_quoted => return Err((began, "a quotation mark is not closed".to_owned())),
                None => break,
                Some('"') if is_quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
                Some('"') if is_quoted || field.is_empty() => is_quoted = !is_quoted,
                Some('\n') => {
                    line += 1;
                    if !is_quoted {
                        break;
                    }
                    field.push('\n');
                }
                Some('\r') if !is_quoted => {}
                Some(',') if !is_quoted => fields.push(String::new()),
                Some(c) => field.push(c),
            }
        }
        rows.push(Row { line: began, fields });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_commas_and_comments() {
        let read = rows("# note\nkey,type,encoding,value\r\n\na,data,string,\"x, \"\"y\"\"\nz\"\nb,data,u8,1\n");
        let read: Vec<(usize, Vec<String>)> =
            read.expect("right").into_iter().map(|row| (row.line, row.fields)).collect();
        let fields = |text: &[&str]| text.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            read,
            [
                (2, fields(&["key", "type", "encoding", "value"])),
                (4, fields(&["a", "data", "string", "x, \"y\"\nz"])),
                (6, fields(&["b", "data", "u8", "1"])),
            ]
        );
        assert_eq!(rows("a,\"b"), Err((1, "a quotation mark is not closed".to_owned())));
    }
}
