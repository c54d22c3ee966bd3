"""Addresses of orgs."""

from django.urls import path

from niangjia.blocks.orgs import views

app_name = "orgs"
urlpatterns = [
    path("sign-in", views.signing_in.sign_in, name="sign_in"),
    path("sign-in/second", views.second.second, name="second"),
    path("sign-in/second/passkey/begin", views.second.passkey_begin, name="second_begin"),
    path("sign-in/second/passkey", views.second.passkey_end, name="second_end"),
    path("sign-out", views.signing_in.sign_out, name="sign_out"),
    path("me", views.me.me, name="me"),
    path("me/hat", views.me.hat, name="hat"),
    path("me/confirm", views.sure.confirm, name="confirm"),
    path("me/leave", views.leave.leave, name="leave"),
    path("me/leave/<slug:ref>/end", views.leave.end, name="leave_end"),
    path("me/security", views.access.security, name="security"),
    path("me/password", views.password.password, name="password"),
    path("me/security/totp", views.access.totp, name="totp"),
    path("me/security/passkey/begin", views.access.passkey_begin, name="passkey_begin"),
    path("me/security/passkey", views.access.passkey_end, name="passkey_end"),
    path("me/security/<slug:ref>/remove", views.access.remove, name="factor_remove"),
    path("me/sessions/<slug:ref>/end", views.access.end_session, name="session_end"),
    path("me/keys", views.access.keys, name="keys"),
    path("me/keys/<slug:ref>/revoke", views.access.revoke, name="key_revoke"),
]
