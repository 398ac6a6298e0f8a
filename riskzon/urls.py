"""Which address shows what: the roof, where the floors' pages meet."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from riskzon import account, drafts, login_code, pages, printed, sso, stay
from riskzon.login import Login
from riskzon.logout import Logout

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", Login.as_view(), name="login"),
    path("login/code/", login_code.code, name="login-code"),
    path("login/passkey/", login_code.passkey, name="login-passkey"),
    path("login/phone/", login_code.phone, name="login-phone"),
    path("login/municipal/", sso.start, name="sso"),
    path("login/municipal/done/", sso.done, name="sso-done"),
    path("logout/", Logout.as_view(), name="logout"),
    path("stay/", stay.stay, name="stay"),
    path("printed/", printed.printed, name="printed"),
    path("account/", account.account, name="account"),
    path("account/phone/", account.phone, name="account-phone"),
    path("account/codes/", account.codes, name="account-codes"),
    path("account/sessions/<uuid:session_id>/end/", account.end_session, name="account-session-end"),
    path("account/tokens/<uuid:token_id>/revoke/", account.revoke_token, name="account-token-revoke"),
    path("language", set_language, name="set_language"),
    path("drafts/", drafts.save, name="draft"),
    path("drafts/discard/", drafts.discard, name="draft-discard"),
    path("accessibility", pages.accessibility, name="accessibility"),
    path("api/v1/", include("riskzon.api.urls")),
    path("", include("workflows.urls")),
    path("", include("workflows.urls_intake")),
    path("", include("workflows.urls_board")),
    path("", include("workflows.urls_rules")),
    path("", include("workflows.urls_accounts")),
    path("", include("workflows.urls_log")),
    path("", include("notifications.urls")),
]

handler400 = "riskzon.error_pages.bad_request"
handler403 = "riskzon.error_pages.forbidden"
handler404 = "riskzon.error_pages.not_found"
handler500 = "riskzon.error_pages.server_error"
