//! Invitations to sign up, for servers on which accounts of a kind are opened by invitation only.

use crate::secrets::{Hash, Usage};
use crate::{App, random};
use slotkeeper_domain::account::AccountKind;
use slotkeeper_domain::secret::InvitationToken;
use slotkeeper_domain::sign_up::INVITATION_LIFETIME;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::sign_up_invitations;

/// Stores an invitation to open one account of this kind; it expires after `INVITATION_LIFETIME`.
pub async fn invite(app: &App, kind: AccountKind) -> Result<InvitationToken, StoreError> {
    let token = InvitationToken::new(random::token(32));
    let (hash, expires_at) = (hash(app, &token), app.now().after(INVITATION_LIFETIME));
    app.store().write_unlogged(move |tx| sign_up_invitations::insert(tx, &hash, kind, expires_at)).await?;
    Ok(token)
}

/// Whether the invitation can open an account of this kind. Does not use it up.
pub async fn works(app: &App, token: &InvitationToken, kind: AccountKind) -> Result<bool, StoreError> {
    let (hash, now) = (hash(app, token), app.now());
    let found = app.store().read(move |db| sign_up_invitations::find(db, &hash, now)).await?;
    Ok(found == Some(kind))
}

pub(super) fn hash(app: &App, token: &InvitationToken) -> Hash {
    app.vault().hash(Usage::Invitation, token.expose())
}
