//! The protobuf wire format: keys, varints and lengths. The messages themselves are data (`go_types.txt`), so that no generated
//! code is needed and JSON names are at hand.

/// A field as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    /// Text, bytes, a message, or packed numbers.
    Bytes(&'a [u8]),
}

/// Why bytes are no message, in the words of Go's generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum WireError {
    UnexpectedEnd,
    Overflow,
    InvalidLength,
    WrongType(u64),
    IllegalTag(u64),
}

impl std::fmt::Display for WireError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WireError::UnexpectedEnd => f.write_str("unexpected EOF"),
            WireError::Overflow => f.write_str("proto: integer overflow"),
            WireError::InvalidLength => f.write_str("proto: negative length found during unmarshaling"),
            WireError::WrongType(wire_type) => write!(f, "proto: illegal wireType {wire_type}"),
            WireError::IllegalTag(number) => write!(f, "proto: illegal tag {number} (wire type 0)"),
        }
    }
}

/// Reads the fields of a message in the order in which they stand.
#[derive(Clone, Debug)]
pub(in super::super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(in super::super) fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    /// The number and the value of the next field; `None` at the end.
    pub(in super::super) fn field(&mut self) -> Result<Option<(u32, Wire<'a>)>, WireError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).map_err(|_| WireError::IllegalTag(key >> 3))?;
        if number == 0 {
            return Err(WireError::IllegalTag(0));
        }
        let value = match key & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| WireError::InvalidLength)?;
                Wire::Bytes(self.take(length)?)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(self.array()?)),
            other => return Err(WireError::WrongType(other)),
        };
        Ok(Some((number, value)))
    }

    /// A number of seven bits a byte, the lowest first.
    pub(in super::super) fn varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or(WireError::UnexpectedEnd)?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(WireError::Overflow)
    }

    pub(in super::super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(WireError::UnexpectedEnd)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        self.take(N)?.try_into().map_err(|_| WireError::UnexpectedEnd)
    }
}

/// Writes the fields of a message.
#[derive(Debug, Default)]
pub(in super::super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(in super::super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(in super::super) fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(u8::try_from(value & 0x7f).unwrap_or_default() | 0x80);
            value >>= 7;
        }
        self.bytes.push(u8::try_from(value).unwrap_or_default());
    }

    /// A number or a boolean.
    pub(in super::super) fn uint(&mut self, number: u32, value: u64) {
        self.varint(u64::from(number) << 3);
        self.varint(value);
    }

    /// A signed number, in two's complement.
    pub(in super::super) fn int(&mut self, number: u32, value: i64) {
        self.uint(number, u64::from_ne_bytes(value.to_ne_bytes()));
    }

    pub(in super::super) fn double(&mut self, number: u32, value: f64) {
        self.varint(u64::from(number) << 3 | 1);
        self.bytes.extend(value.to_le_bytes());
    }

    /// Text, bytes, or a message that is written already.
    pub(in super::super) fn bytes(&mut self, number: u32, value: &[u8]) {
        self.varint(u64::from(number) << 3 | 2);
        self.varint(u64::try_from(value.len()).unwrap_or_default());
        self.bytes.extend(value);
    }

    /// Text, unless it is empty.
    pub(in super::super) fn text(&mut self, number: u32, value: &str) {
        if !value.is_empty() {
            self.bytes(number, value.as_bytes());
        }
    }

    /// A message, written by `fill`.
    pub(in super::super) fn message(&mut self, number: u32, fill: impl FnOnce(&mut Writer)) {
        let mut inner = Writer::default();
        fill(&mut inner);
        self.bytes(number, &inner.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut writer = Writer::default();
        writer.uint(1, 300);
        writer.int(2, -1);
        writer.text(3, "text");
        writer.message(4, |inner| inner.double(5, 1.5));
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.field(), Ok(Some((1, Wire::Varint(300)))));
        assert_eq!(reader.field(), Ok(Some((2, Wire::Varint(u64::MAX)))));
        assert_eq!(reader.field(), Ok(Some((3, Wire::Bytes(b"text")))));
        let Ok(Some((4, Wire::Bytes(inner)))) = reader.field() else { panic!("a message") };
        assert_eq!(Reader::new(inner).field(), Ok(Some((5, Wire::Fixed64(1.5f64.to_bits())))));
        assert_eq!(reader.field(), Ok(None));
    }

    #[test]
    fn bytes_that_are_no_message_are_refused() {
        let table: [(&[u8], WireError); 5] = [
            (&[0x08], WireError::UnexpectedEnd),
            (&[0x0a, 0x05, 1], WireError::UnexpectedEnd),
            (&[0xff; 11], WireError::Overflow),
            (&[0x0b], WireError::WrongType(3)),
            (&[0x00, 0x00], WireError::IllegalTag(0)),
        ];
        for (bytes, want) in table {
            assert_eq!(Reader::new(bytes).field(), Err(want), "{bytes:?}");
        }
    }
}
