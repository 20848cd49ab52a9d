//! `base64`, `md5sum`, `sha1sum`, `sha256sum` and `sha512sum`, and `od` in the forms that scripts print single bytes with.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Call, Outcome};

/// The characters in a line of `base64`.
const WIDTH: usize = 76;

pub fn base64(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (mut decodes, mut width, mut names) = (false, WIDTH, Vec::new());
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-d" | "-D" | "--decode" => decodes = true,
            "-w" => width = args.next().and_then(|it| it.parse().ok()).ok_or(Outcome::Unknown)?,
            flag if flag.starts_with("-w") => width = flag[2..].parse().map_err(|_| Outcome::Unknown)?,
            flag if flag.starts_with('-') && flag.len() > 1 => return Err(Outcome::Unknown),
            name => names.push(name.to_owned()),
        }
    }
    let (texts, all) = call.texts(&names)?;
    let text: String = texts.into_iter().map(|(_, text)| text).collect();
    if decodes {
        let packed: String = text.chars().filter(|it| !it.is_whitespace()).collect();
        let Some(plain) = STANDARD.decode(packed).ok().and_then(|it| String::from_utf8(it).ok()) else {
            return Ok(call.fail("invalid input"));
        };
        call.print(&plain);
        return Ok(Outcome::Done(i64::from(!all)));
    }
    let packed = STANDARD.encode(text);
    let mut out = String::new();
    if width == 0 {
        out.push_str(&packed);
    } else {
        let mut rest = packed.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(width.min(rest.len()));
            out.push_str(line);
            out.push('\n');
            rest = after;
        }
    }
    call.print(&out);
    Ok(Outcome::Done(i64::from(!all)))
}

pub fn sum(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (_, names) = call.flags("b").ok_or(Outcome::Unknown)?;
    let (texts, all) = call.texts(&names)?;
    for (name, text) in texts {
        let bytes = match call.name {
            "md5sum" => Md5::digest(&text).to_vec(),
            "sha1sum" => Sha1::digest(&text).to_vec(),
            "sha256sum" => Sha256::digest(&text).to_vec(),
            _ => Sha512::digest(&text).to_vec(),
        };
        let hex: String = bytes.iter().map(|it| format!("{it:02x}")).collect();
        call.print(&format!("{hex}  {}\n", if name.is_empty() { "-" } else { &name }));
    }
    Ok(Outcome::Done(i64::from(!all)))
}
