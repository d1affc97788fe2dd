//! The smallest ZIP that every reader takes: entries stored as they are, one after the other, and
//! the directory at the end. Written from PKWARE's APPNOTE; no time stamps, no ZIP64.

use flate2::Crc;

/// "Needs version 2.0 to extract", the lowest that all readers know.
const VERSION: u16 = 20;

/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;

/// 1 January 1980, the first day there is.
const DATE: u16 = 0b10_0001;

/// A file for the archive.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) name: String,
    pub(super) bytes: &'a [u8],
}

/// The archive of these files. Files of 4 GiB or more would need what this does not write.
pub(super) fn stored(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let offset = short32(archive.len());
        let common = common(entry);
        archive.extend(0x0403_4b50_u32.to_le_bytes());
        archive.extend(&common);
        archive.extend(entry.name.as_bytes());
        archive.extend(entry.bytes);
        directory.extend(0x0201_4b50_u32.to_le_bytes());
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&common);
        // No comment, first disk, no attributes.
        directory.extend([0; 2 + 2 + 2 + 4]);
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.as_bytes());
    }
    let start = short32(archive.len());
    let count = short16(entries.len());
    archive.extend(&directory);
    archive.extend(0x0605_4b50_u32.to_le_bytes());
    archive.extend([0; 4]);
    archive.extend(count.to_le_bytes());
    archive.extend(count.to_le_bytes());
    archive.extend(short32(directory.len()).to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0; 2]);
    archive
}

/// The part of a header that stands before a file and in the directory alike.
fn common(entry: &Entry<'_>) -> Vec<u8> {
    let mut sum = Crc::new();
    sum.update(entry.bytes);
    let size = short32(entry.bytes.len()).to_le_bytes();
    let mut header = Vec::new();
    for word in [VERSION, FLAGS, 0, 0, DATE] {
        header.extend(word.to_le_bytes());
    }
    header.extend(sum.sum().to_le_bytes());
    header.extend(size);
    header.extend(size);
    header.extend(short16(entry.name.len()).to_le_bytes());
    header.extend([0; 2]);
    header
}

fn short32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn short16(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Entry, stored};

    #[test]
    fn the_layout_is_that_of_the_document() {
        let archive = stored(&[Entry { name: "a.log".to_owned(), bytes: b"123456789" }]);
        assert_eq!(archive.len(), 30 + 5 + 9 + 46 + 5 + 22);
        assert!(archive.starts_with(b"PK\x03\x04"));
        // The check value of CRC-32.
        assert_eq!(archive[14..18], 0xcbf4_3926_u32.to_le_bytes());
        assert_eq!(archive[30..44], *b"a.log123456789");
        assert_eq!(archive[44..48], *b"PK\x01\x02");
        let end = &archive[95..];
        assert!(end.starts_with(b"PK\x05\x06"));
        assert_eq!(end[12..16], 51_u32.to_le_bytes());
        assert_eq!(end[16..20], 44_u32.to_le_bytes());
    }
}
