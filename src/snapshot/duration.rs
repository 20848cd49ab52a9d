//! Ages as kubectl shows them (apimachinery `pkg/util/duration/duration.go`).

use crate::clock::Span;

/// `90s`, `5m30s`, `3h20m`, `2d3h`: coarser the longer it is.
pub fn human_duration(span: Span) -> String {
    let seconds = span.whole_seconds();
    if seconds < -1 {
        return "<invalid>".into();
    }
    let seconds = seconds.max(0);
    let (minutes, hours, days, years) = (seconds / 60, seconds / 3600, seconds / 86_400, seconds / 31_536_000);
    let two = |big: i64, unit: char, small: i64, fine: char| {
        if small == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{small}{fine}") }
    };
    if seconds < 120 {
        format!("{seconds}s")
    } else if minutes < 10 {
        two(minutes, 'm', seconds % 60, 's')
    } else if minutes < 180 {
        format!("{minutes}m")
    } else if hours < 8 {
        two(hours, 'h', minutes % 60, 'm')
    } else if hours < 48 {
        format!("{hours}h")
    } else if days < 8 {
        two(days, 'd', hours % 24, 'h')
    } else if days < 730 {
        format!("{days}d")
    } else if years < 8 {
        two(years, 'y', days % 365, 'd')
    } else {
        format!("{years}y")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_coarser_the_longer_it_is() {
        let table = [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (330, "5m30s"),
            (7200, "120m"),
            (12_000, "3h20m"),
            (100_000, "27h"),
            (183_600, "2d3h"),
            (864_000, "10d"),
            (94_608_000, "3y"),
        ];
        for (seconds, want) in table {
            assert_eq!(human_duration(Span::seconds(seconds)), want);
        }
    }
}
