//! Why filling in can fail for some callers, in words.

/// Why a text or condition may fail for some callers. A value over [`Template::MAX_BYTES`](super::Template) fails
/// everywhere, and is not among the reasons.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayFail {
    /// A filter that does not take every text.
    #[error("`{value} | {filter}` fails for {fails}", fails = fails(filter))]
    Filter {
        /// What goes into the filter: `caller.blocked`.
        value: String,
        /// The filter's name.
        filter: String,
    },
    /// A part of something that not every call has: `caller` if nobody is verified, a row that a table does not have.
    #[error("`{of}` may be absent, and reading a part of it fails then")]
    Absent {
        /// What may be absent: `caller`.
        of: String,
    },
    /// A calculation with a value that can be a text.
    #[error("`{value}` may not be a number, and calculating with it fails then")]
    Calculation {
        /// The value: `caller.balance`.
        value: String,
    },
    /// A division by a value that can be zero.
    #[error("a division fails if the divisor is zero")]
    Division,
}

fn fails(filter: &str) -> &'static str {
    match filter {
        "bool" => "a value that is neither true nor false, such as `maybe`",
        _ => "a value that is not a number, such as `NA`",
    }
}
