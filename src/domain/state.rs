//! The documented states of projects and steps. A state that no document knows passes through as
//! it came: it is a fact about the service, not an error.

/// Declares a closed set of documented words plus `Other`, with the words in documented order.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$item_doc])* $item,)+
            /// A word that no document knows, as it came.
            Other(String),
        }

        impl $name {
            /// The documented words, in the order of the documents.
            pub const DOCUMENTED: &'static [&'static str] = &[$($word),+];

            /// The word as the service spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$item => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$item,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

words! {
    /// The state of a project.
    ProjectStatus {
        /// Not started.
        Init = "INIT",
        /// At work.
        Running = "RUNNING",
        /// Paused by somebody.
        Suspend = "SUSPEND",
        /// Stopped by an error.
        Failed = "FAILED",
        /// Done.
        Finished = "FINISHED",
        /// Its resources are being given back.
        Releasing = "RELEASING",
        /// Its resources are given back.
        Released = "RELEASED",
        /// Deleted.
        Deleted = "DELETED",
        /// At work while its objects are being changed.
        RunningModifying = "RUNNING_MODIFYING",
        /// At work while changes are merged in.
        RunningMerging = "RUNNING_MERGING",
    }
}

impl ProjectStatus {
    /// Whether changes may still be flowing: only then does a checkpoint age.
    pub fn is_live(&self) -> bool {
        !matches!(self, Self::Init | Self::Finished | Self::Releasing | Self::Released | Self::Deleted)
    }
}

words! {
    /// The state of a step.
    StepStatus {
        /// Not started.
        Init = "INIT",
        /// At work.
        Running = "RUNNING",
        /// Stopped by an error.
        Failed = "FAILED",
        /// Done.
        Finished = "FINISHED",
        /// Paused.
        Suspend = "SUSPEND",
        /// The steady state of incremental synchronisation and verification.
        Monitoring = "MONITORING",
    }
}

words! {
    /// How much a project matters; services call it importance, alert or protection level.
    Importance {
        /// Alarms at once.
        High = "HIGH",
        /// Alarms soon.
        Medium = "MEDIUM",
        /// Alarms late.
        Low = "LOW",
        /// Never alarms.
        Ignore = "IGNORE",
    }
}
