//! Tables of text as they come: separator and encoding are told from the file itself.

use std::collections::HashMap;

use anyhow::Context;
use csv::{ReaderBuilder, StringRecord};

/// Separators that lists are known to use.
const SEPARATORS: [char; 4] = ['¬', ',', ';', '\t'];

/// Stands in for a separator that is more than one byte in UTF-8.
const UNIT_SEPARATOR: u8 = 0x1f;

/// The characters of Windows-1252 where it differs from Latin-1: bytes 0x80 to 0x9F.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// A table whose columns are found by name.
pub struct Table {
    columns: HashMap<String, usize>,
    /// The number of fields in the header.
    pub width: usize,
    pub rows: Vec<Row>,
}

pub struct Row {
    /// The line of the file on which the row begins.
    pub line: u64,
    record: StringRecord,
}

impl Table {
    pub fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        // The csv crate counts a record after CR LF to the line before it.
        let mut text = decode(bytes).replace("\r\n", "\n");
        let header = text.lines().next().unwrap_or_default();
        let separator = SEPARATORS
            .into_iter()
            .max_by_key(|separator| (header.matches(*separator).count(), *separator == ','))
            .unwrap_or(',');
        let delimiter = u8::try_from(separator).ok().filter(u8::is_ascii);
        if delimiter.is_none() {
            text = text.replace(separator, &char::from(UNIT_SEPARATOR).to_string());
        }
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter.unwrap_or(UNIT_SEPARATOR))
            .flexible(true)
            .from_reader(text.as_bytes());
        let header = reader.headers().context("cannot read the header")?;
        let width = header.len();
        let columns = header
            .iter()
            .enumerate()
            .map(|(index, name)| (name.trim().to_owned(), index))
            .collect();
        let mut rows = Vec::new();
        for record in reader.into_records() {
            let record = record?;
            let line = record.position().map_or(0, csv::Position::line);
            rows.push(Row { line, record });
        }
        Ok(Self {
            columns,
            width,
            rows,
        })
    }

    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// The text of a cell without white space around it; nothing when it is empty or the
    /// table has no such column.
    pub fn cell<'a>(&self, row: &'a Row, column: &str) -> Option<&'a str> {
        let text = row.record.get(*self.columns.get(column)?)?.trim();
        (!text.is_empty()).then_some(text)
    }
}

impl Row {
    /// The number of fields in the row.
    pub fn width(&self) -> usize {
        self.record.len()
    }
}

/// UTF-8 when the bytes are, else Windows-1252, which holds Latin-1.
fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes
            .iter()
            .map(|byte| match byte {
                0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
                _ => char::from(*byte),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separator_and_encoding_are_told_from_the_bytes() {
        for bytes in [
            b"Code\xacName\nX1\xacSt Mary\x92s caf\xe9\n".as_slice(),
            "\u{feff}Code,Name\r\nX1,St Mary’s café\r\n".as_bytes(),
            "Code;Name\nX1;\"St Mary’s café\"\n".as_bytes(),
            "Name\tCode\nSt Mary’s café\tX1".as_bytes(),
            "Code¬Name\nX1¬St Mary’s café".as_bytes(),
        ] {
            let table = Table::read(bytes).unwrap();
            assert_eq!(table.cell(&table.rows[0], "Name"), Some("St Mary’s café"));
            assert_eq!(table.cell(&table.rows[0], "Code"), Some("X1"));
            assert_eq!(table.cell(&table.rows[0], "City"), None);
            assert_eq!((table.rows[0].line, table.rows[0].width()), (2, 2));
        }
    }
}
