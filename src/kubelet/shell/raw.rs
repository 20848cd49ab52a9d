//! Bytes as text: what processes read, print and keep in files is text, and a byte that is none keeps its place in it.
//!
//! A byte that belongs to no character becomes one of the last private characters of Unicode, and comes out as that byte
//! again. A file that is copied in and out is the same file, whatever it holds.

/// The character that stands for the byte 0.
const FIRST: u32 = 0x10_FE00;

/// The text of `bytes`.
pub fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|it| char::from_u32(FIRST + u32::from(*it))));
    }
    text
}

/// The bytes of `text`.
pub fn bytes(text: &str) -> Vec<u8> {
    // Every character of the last plane begins with this byte, and nothing else has it.
    if !text.as_bytes().contains(&0xf4) {
        return text.as_bytes().to_vec();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut buffer = [0; 4];
    for character in text.chars() {
        match u8::try_from(u32::from(character).wrapping_sub(FIRST)) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes()),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_the_same_after_they_were_text() {
        let all: Vec<u8> = (0..=255).chain([0xe2, 0x82, 0xac, 0xe2, 0x82]).collect();
        assert_eq!(bytes(&text(&all)), all);
        assert_eq!(text("h\u{e9}llo".as_bytes()), "h\u{e9}llo");
    }
}
