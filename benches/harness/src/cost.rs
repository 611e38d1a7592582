//! Dollars per million requests.
//!
//! The prices are those of docs/deploy.md: AWS's list prices for us-east-1 as of 2025, without the free tier.

/// HTTP API, for a million requests.
pub const API_REQUEST: f64 = 1.00;
/// Lambda, for a million requests.
pub const LAMBDA_REQUEST: f64 = 0.20;
/// Lambda, for a GB-second on x86_64.
pub const GB_SECOND_X86_64: f64 = 0.000_016_666_7;
/// Lambda, for a GB-second on arm64.
pub const GB_SECOND_ARM64: f64 = 0.000_013_333_4;
/// DynamoDB on demand, for a million write units.
pub const WRITE_UNIT: f64 = 0.625;
/// DynamoDB on demand, for a million read units.
pub const READ_UNIT: f64 = 0.125;

/// What a request uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// The memory size, in MB.
    pub memory_mb: u32,
    /// The mean of what Lambda bills: each duration is rounded up to a millisecond.
    pub billed_ms: f64,
    /// Write units.
    pub write_units: f64,
    /// Read units.
    pub read_units: f64,
}

impl Usage {
    /// Dollars per million requests, without logs: API, Lambda on x86_64 or arm64, and DynamoDB.
    #[must_use]
    pub fn dollars(&self, gb_second: f64) -> f64 {
        let gb_seconds = f64::from(self.memory_mb) / 1024.0 * self.billed_ms / 1000.0;
        API_REQUEST
            + LAMBDA_REQUEST
            + 1e6 * gb_seconds * gb_second
            + WRITE_UNIT * self.write_units
            + READ_UNIT * self.read_units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prices_are_those_of_the_guide() {
        let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/deploy.md")).unwrap();
        for (price, shown) in [
            (API_REQUEST, "$1.00 per million requests"),
            (LAMBDA_REQUEST, "$0.20 per million requests"),
            (GB_SECOND_ARM64, "$0.0000133334 per GB-second (arm64)"),
            (GB_SECOND_X86_64, "$0.0000166667 (x86_64)"),
            (WRITE_UNIT, "$0.625 per million write units"),
            (READ_UNIT, "$0.125 per million read units"),
        ] {
            assert!(guide.contains(shown), "{shown}");
            let number = shown.trim_start_matches('$').split(' ').next().unwrap();
            assert!((number.parse::<f64>().unwrap() - price).abs() < 1e-12, "{shown}");
        }
    }

    #[test]
    fn dollars_follow_from_the_prices() {
        let usage = Usage { memory_mb: 512, billed_ms: 100.0, write_units: 2.0, read_units: 1.0 };
        assert!((usage.dollars(GB_SECOND_X86_64) - (1.2 + 0.833_335 + 1.25 + 0.125)).abs() < 1e-9);
        let nothing = Usage { memory_mb: 128, billed_ms: 0.0, write_units: 0.0, read_units: 0.0 };
        assert!((nothing.dollars(GB_SECOND_ARM64) - 1.2).abs() < 1e-9);
    }
}
