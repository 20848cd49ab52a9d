//! One field of a schedule: lists of ranges with steps (`getField` and `getRange`).

/// The numbers that a field may have.
#[derive(Debug)]
pub(super) struct Bounds {
    pub min: u32,
    pub max: u32,
    /// What people may call the numbers, from `min` on.
    pub names: &'static [&'static str],
}

/// The numbers that a field does have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    set: u64,
    /// Whether it is every number, written as a star.
    pub is_star: bool,
}

impl Bits {
    pub(super) fn has(&self, number: i8) -> bool {
        u32::try_from(number).is_ok_and(|it| self.set & (1 << it) != 0)
    }
}

impl Bounds {
    pub(super) fn parse(&self, text: &str) -> Result<Bits, String> {
        let mut bits = Bits { set: 0, is_star: false };
        for range in text.split(',').filter(|it| !it.is_empty()) {
            let more = self.range(range)?;
            bits = Bits { set: bits.set | more.set, is_star: bits.is_star || more.is_star };
        }
        Ok(bits)
    }

    fn range(&self, text: &str) -> Result<Bits, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let ends: Vec<&str> = parts[0].split('-').collect();
        let is_single = ends.len() == 1;
        let mut is_star = matches!(ends[0], "*" | "?");
        let (start, mut end) = if is_star {
            (self.min, self.max)
        } else {
            let start = self.number(ends[0])?;
            match ends.as_slice() {
                [_] => (start, start),
                [_, end] => (start, self.number(end)?),
                _ => return Err(format!("too many hyphens: {text}")),
            }
        };
        let step = match parts.as_slice() {
            [_] => 1,
            [_, step] => {
                let step = number(step)?;
                if is_single {
                    end = self.max;
                }
                is_star &= step <= 1;
                step
            }
            _ => return Err(format!("too many slashes: {text}")),
        };
        if start < self.min {
            return Err(format!("beginning of range ({start}) below minimum ({}): {text}", self.min));
        }
        if end > self.max {
            return Err(format!("end of range ({end}) above maximum ({}): {text}", self.max));
        }
        if start > end {
            return Err(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
        }
        if step == 0 {
            return Err(format!("step of range should be a positive number: {text}"));
        }
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        let set = (start..=end).step_by(step).fold(0, |set, number| set | (1_u64 << number));
        Ok(Bits { set, is_star })
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        let name = text.to_lowercase();
        match (self.min..).zip(self.names).find(|(_, it)| **it == name) {
            Some((number, _)) => Ok(number),
            None => number(text),
        }
    }
}

/// A number as Go reads it.
fn number(text: &str) -> Result<u32, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    let fail = |why: &str| format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: {why}");
    if !is_number {
        return Err(fail("invalid syntax"));
    }
    let number: i64 = text.parse().map_err(|_| fail("value out of range"))?;
    if number < 0 {
        return Err(format!("negative number ({number}) not allowed: {text}"));
    }
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}
