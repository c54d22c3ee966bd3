"""Ways in: second factors, sessions, keys for programs. Each a person's own; journalled."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

import pyotp
from django.contrib.sessions.backends.cached_db import SessionStore
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.models import AccessToken, KnownSession, Login, SecondFactor
from niangjia.blocks.orgs.passwords import refuse_weak
from niangjia.core import clock, seal
from niangjia.core.actor import declared_scopes
from niangjia.core.errors import Conflict, Invalid, NotFound, NotSignedIn
from niangjia.core.service import JOURNAL, SIGNED_IN, service
from niangjia.core.work import Work

LONGEST_DAYS = 366
MOST_FACTORS = 10
PREFIX = "nj_"


def digest_of(secret: str) -> str:
    """What is kept of a token or a credential's id."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()


def _login_id(work: Work) -> int:
    """Whose these are; commands have none. Raises NotSignedIn."""
    if work.actor.login_id is None:
        raise NotSignedIn(_("Please sign in first; nothing was changed."))
    return work.actor.login_id


@service(permission=SIGNED_IN, records=JOURNAL)
def token_make(work: Work, /, *, title: str, scopes: Sequence[str], days: int) -> str:
    """A program may act as the actor does now, for these scopes; returns the secret, once.

    Raises Invalid (no title, no or unknown scope, more than 366 days).
    """
    fields: dict[str, str] = {}
    if not title.strip():
        fields["title"] = str(_("Say which program it is for."))
    if not scopes or set(scopes) - declared_scopes().keys():
        fields["scopes"] = str(_("Choose at least one thing that it may do."))
    if not 1 <= days <= LONGEST_DAYS:
        fields["days"] = str(_("Between 1 and 366 days."))
    if fields:
        raise Invalid(_("The key was not made. See the marked fields."), fields=fields)
    secret = PREFIX + secrets.token_urlsafe(32)
    now = clock.real_now()
    AccessToken.objects.create(
        ref=work.new_id(),
        login_id=_login_id(work),
        organisation_id=work.actor.organisation_id or 0,
        role=work.actor.role,
        title=title.strip()[:60],
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    work.journal("orgs.token_made", scopes=",".join(sorted(set(scopes))), days=days)
    return secret


@service(permission=SIGNED_IN, records=JOURNAL)
def token_revoke(work: Work, /, *, token_ref: str) -> None:
    """The key opens nothing any more. Raises NotFound."""
    rows = AccessToken.objects.filter(ref=token_ref, login_id=_login_id(work))
    if not rows.filter(revoked_at__isnull=True).update(revoked_at=clock.real_now()):
        raise NotFound(_("There is no such key, or it was revoked already."))
    work.journal("orgs.token_revoked")


@service(permission=SIGNED_IN, records=JOURNAL)
def password_change(work: Work, /, *, password: str) -> int:
    """The actor's own password is this one; every browser is signed out, returns how many.

    Raises Invalid (too weak, the one in use).
    """
    login = Login.objects.get(pk=_login_id(work))
    refuse_weak(password, login)
    if login.check_password(password):
        text = str(_("This is the password that you have now. Choose another."))
        raise Invalid(text, code="password_same", fields={"password": text})
    login.set_password(password)
    login.save(update_fields=["password"])
    known = list(KnownSession.objects.filter(login=login))
    for one in known:
        SessionStore(one.key).delete()
        one.delete()
    work.journal("orgs.password_changed", n_signed_out=len(known))
    return len(known)


@service(permission=SIGNED_IN, records=JOURNAL)
def session_end(work: Work, /, *, session_ref: str) -> None:
    """That browser is signed out. Raises NotFound."""
    row = KnownSession.objects.filter(ref=session_ref, login_id=_login_id(work)).first()
    if row is None:
        raise NotFound(_("There is no such session, or it has ended."))
    SessionStore(row.key).delete()
    row.delete()
    work.journal("orgs.session_ended")


@service(permission=SIGNED_IN, records=JOURNAL)
def totp_add(work: Work, /, *, secret: str, code: str, title: str) -> None:
    """An authenticator app is a second factor from now on. secret: base32, as shown to it.

    Raises Invalid (the code is not the app's), Conflict (too many factors).
    """
    step = totp_step(secret, code, after=0)
    if step is None:
        message = _("This is not the code that the app shows now. Check the phone's clock.")
        raise Invalid(message, code="code_wrong", fields={"code": str(message)})
    login = _room_for_more(work)
    _keep(work, login, "totp", title or str(_("Authenticator app")), secret.encode(), "", step)


@service(permission=SIGNED_IN, records=JOURNAL)
def passkey_add(work: Work, /, *, credential: bytes, credential_id: str, title: str) -> None:
    """A passkey is a second factor from now on. credential: its public data, already verified.

    Raises Conflict (too many factors, known already).
    """
    login = _room_for_more(work)
    digest = digest_of(credential_id)
    if SecondFactor.objects.filter(credential=digest).exists():
        raise Conflict(_("This passkey is known already."), code="factor_known")
    _keep(work, login, "passkey", title or str(_("Passkey")), credential, digest, 0)


def _room_for_more(work: Work) -> Login:
    login = Login.objects.select_related("person").get(pk=_login_id(work))
    if login.factors.count() >= MOST_FACTORS:
        raise Conflict(_("At most 10 second factors. Remove one first."), code="factors_full")
    return login


def _keep(
    work: Work, login: Login, kind: str, title: str, secret: bytes, credential: str, step: int
) -> None:
    SecondFactor.objects.create(
        ref=work.new_id(),
        login=login,
        kind=kind,
        title=title.strip()[:60],
        sealed=seal.seal(f"person:{login.person.ref}", secret),
        credential=credential,
        last_step=step,
        added_at=clock.real_now(),
    )
    work.journal("orgs.factor_added", factor=kind)


@service(permission=SIGNED_IN, records=JOURNAL)
def factor_use(work: Work, /, *, code: str = "", credential_id: str = "") -> None:
    """One of the actor's second factors was shown. A code works once. Raises Invalid."""
    now = clock.real_now()
    rows = SecondFactor.objects.filter(login_id=_login_id(work))
    if credential_id:
        used = rows.filter(credential=digest_of(credential_id)).update(used_at=now)
    else:
        used = sum(_code_taken(row, code, now) for row in rows.filter(kind="totp"))
    if not used:
        raise Invalid(
            _("The code is not right, or was used already. Wait for the next one."),
            code="code_wrong",
        )
    work.journal("orgs.factor_used", factor="passkey" if credential_id else "totp")


def _code_taken(row: SecondFactor, code: str, now: dt.datetime) -> int:
    secret = seal.unseal(bytes(row.sealed)).decode()
    step = totp_step(secret, code, after=row.last_step)
    if step is None:
        return 0
    unused = SecondFactor.objects.filter(pk=row.pk, last_step__lt=step)
    return unused.update(last_step=step, used_at=now)


@service(permission=SIGNED_IN, records=JOURNAL)
def factor_remove(work: Work, /, *, factor_ref: str) -> None:
    """It is asked for no more. Raises NotFound."""
    rows = SecondFactor.objects.filter(ref=factor_ref, login_id=_login_id(work))
    if not rows.delete()[0]:
        raise NotFound(_("There is no such second factor."))
    work.journal("orgs.factor_removed")


@service(permission="orgs.appoint", records=JOURNAL)
def factors_reset(work: Work, /, *, username: str) -> int:
    """All second factors of an account are gone, for who lost theirs; returns how many.

    Raises NotFound.
    """
    login = Login.objects.filter(username=username).first()
    if login is None:
        raise NotFound(_("There is no account of this name."))
    n = login.factors.count()
    login.factors.all().delete()
    work.journal("orgs.factors_reset", n=n)
    return n


def totp_step(secret: str, code: str, *, after: int) -> int | None:
    """The time step (30 s) whose code this is, one before to one after now; None if none is.

    after: steps up to this one were used already. Source: RFC 6238.
    """
    app = pyotp.TOTP(secret)
    now = int(clock.real_now().timestamp()) // app.interval
    given = "".join(code.split())
    for step in (now - 1, now, now + 1):
        if step > after and secrets.compare_digest(app.at(step * app.interval), given):
            return step
    return None
