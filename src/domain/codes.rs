//! Enumerations that are stored and sent as short codes.
//!
//! One macro gives each of them its code, the way back from a code, and the list of all its values, so that the database, the
//! REST API and the pages can't spell one thing in two ways.

/// An enumeration whose values have a stable code.
pub trait Code: Copy + Sized + 'static {
    /// Every value, in the order of the definition.
    const ALL: &'static [Self];

    /// The stable code, as stored and sent.
    fn code(self) -> &'static str;

    /// The value with this code, if there is one.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }
}

/// Defines an enumeration with its codes; implements [`Code`], `Display` and serde by code.
#[macro_export]
macro_rules! coded {
    ($(#[$outer:meta])* $vis:vis enum $name:ident { $($(#[$inner:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name { $($(#[$inner])* #[serde(rename = $code)] $variant),+ }

        impl $crate::domain::codes::Code for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::domain::codes::Code::code(*self))
            }
        }
    };
}
