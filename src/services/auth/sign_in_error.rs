//! Why a sign-in did not work.

use crate::ports::identity::ProviderError;
use crate::ports::login::LoginStoreError;
use crate::ports::pending::PendingUnavailable;
use crate::ports::user::UserStoreError;

/// Why a sign-in did not work.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such provider.
    #[error("there is no such sign-in provider")]
    UnknownProvider,
    /// Unknown, used or overdue state, or of another browser or provider: begin again.
    #[error("the sign-in is not under way in this browser")]
    NotUnderWay,
    /// The person, or the provider before it knew the person, said no.
    #[error("the sign-in was called off")]
    CalledOff,
    /// The provider does not confirm who it was, or does not answer.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// Accounts cannot be reached.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// Logins cannot be reached.
    #[error(transparent)]
    Logins(#[from] LoginStoreError),
    /// Sign-ins under way cannot be reached.
    #[error(transparent)]
    Pending(#[from] PendingUnavailable),
    /// Not one of several random handles was free, which does not happen by chance.
    #[error("no handle is free")]
    NoHandleFree,
    /// The account is suspended.
    #[error("the account is suspended")]
    Suspended,
    /// To prove again who one is: it was somebody else, or nobody is signed in any more.
    #[error("the provider does not lead to the account that is signed in")]
    OtherAccount,
    /// To link: whoever asked for it is not signed in here any more.
    #[error("whoever wanted to link is not signed in any more")]
    SignedOut,
    /// To link: the provider's person has another account.
    #[error("the identity leads to another account")]
    LinkedElsewhere,
    /// To link: the account has another identity of the provider.
    #[error("the account has another identity of the provider")]
    ProviderTaken,
}
