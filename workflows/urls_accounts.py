"""Addresses of the administrator's list of accounts, and of what somebody changes in the own login and is told of."""

from django.urls import path

from workflows.views import accounts, own_login, roles

urlpatterns = [
    path("account/password/", own_login.password, name="account-password"),
    path("account/tokens/", own_login.make_token, name="account-token"),
    path("account/passkeys/", own_login.add_passkey, name="account-passkey"),
    path("account/passkeys/new/", own_login.new_passkey, name="account-passkey-new"),
    path("account/passkeys/<uuid:passkey_id>/remove/", own_login.remove_passkey, name="account-passkey-remove"),
    path("accounts/", accounts.overview, name="accounts"),
    path("accounts/new/", roles.new_account, name="account-new"),
    path("accounts/<uuid:person_id>/", accounts.person, name="account-of"),
    path("accounts/<uuid:person_id>/role/", roles.ask, name="account-role"),
    path("accounts/<uuid:person_id>/password/", roles.new_password, name="account-new-password"),
    path("accounts/<uuid:person_id>/close/", roles.close_account, name="account-close"),
    path("accounts/<uuid:person_id>/reset/", accounts.reset, name="account-reset"),
    path("accounts/<uuid:person_id>/sessions/end/", accounts.end, name="account-of-end"),
    path("accounts/<uuid:person_id>/tokens/<uuid:token_id>/revoke/", accounts.revoke, name="account-of-revoke"),
    path("roles/", roles.overview, name="roles"),
    path("roles/<uuid:request_id>/", roles.one, name="role-request"),
    path("roles/<uuid:request_id>/confirm/", roles.confirm, name="role-confirm"),
    path("roles/<uuid:request_id>/refuse/", roles.refuse, name="role-refuse"),
]
