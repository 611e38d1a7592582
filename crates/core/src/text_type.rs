//! Texts that are checked once, when they are parsed, and then carried in a type of their own.

/// Declares such a type: `parse` trims nothing and changes nothing, and refuses what `$fits` refuses.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $fits:expr, $error:ty, $wrong:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Checks a text and keeps it as it is written.
            ///
            /// # Errors
            /// The error type says what is allowed.
            pub fn parse(text: &str) -> Result<Self, $error> {
                let fits: fn(&str) -> bool = $fits;
                if fits(text) { Ok(Self(text.to_owned())) } else { Err($wrong) }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(crate) use text_type;
