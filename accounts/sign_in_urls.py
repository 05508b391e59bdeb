"""Doors and one's own account. Names with an underscore are those by which django-allauth finds its way."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import account_page, forgotten, second_factor_pages, sign_in

urlpatterns = [
    path("sign-in/", sign_in.SignInView.as_view(), name="account_login"),
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-in/code/", sign_in.SignInCodeView.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", sign_in.PasskeySignInView.as_view(), name="sign-in-passkey"),
    path("sign-in/with/<slug:provider_id>/", sign_in.sign_in_with, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/return/", sign_in.back_from, name="openid_connect_callback"),
    path("sign-in/forgotten/", forgotten.forgotten, name="forgotten"),
    path("sign-in/forgotten/<uidb64>/<token>/", forgotten.NewPasswordView.as_view(), name="new-password"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("account/", account_page.account, name="mfa_index"),
    path("account/", account_page.account, name="account"),
    path("account/password/", account_page.password, name="password"),
    path("account/codes/", second_factor_pages.AppView.as_view(), name="mfa_activate_totp"),
    path("account/codes/removal/", second_factor_pages.AppRemovalView.as_view(), name="mfa_deactivate_totp"),
    path("account/recovery-codes/", second_factor_pages.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path(
        "account/recovery-codes/new/",
        second_factor_pages.NewRecoveryCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("account/passkeys/", second_factor_pages.PasskeysView.as_view(), name="mfa_list_webauthn"),
    path("account/passkeys/new/", second_factor_pages.NewPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/", second_factor_pages.PasskeyView.as_view(), name="mfa_edit_webauthn"),
    path(
        "account/passkeys/<int:pk>/removal/",
        second_factor_pages.PasskeyRemovalView.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("account/sessions/", account_page.sessions, name="sessions"),
    path("account/sessions/others/ending/", account_page.other_sessions_ending, name="other-sessions-ending"),
    path("account/sessions/<int:pk>/ending/", account_page.session_ending, name="session-ending"),
    path("account/confirm/", second_factor_pages.ConfirmView.as_view(), name="account_reauthenticate"),
    path("account/confirm/code/", second_factor_pages.ConfirmByCodeView.as_view(), name="mfa_reauthenticate"),
    path(
        "account/confirm/passkey/",
        second_factor_pages.ConfirmByPasskeyView.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
]
