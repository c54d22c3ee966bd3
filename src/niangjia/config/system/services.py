"""Writes of the operator: backups, failed work, people's accounts. All journalled."""

from django.contrib.sessions.backends.cached_db import SessionStore
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import refuse_weak
from niangjia.config.system.accounts import login_named, logins, token_fits, token_of
from niangjia.config.system.backing_up import Made
from niangjia.core import clock
from niangjia.core.errors import Conflict, NotFound
from niangjia.core.models import OutboxMessage
from niangjia.core.service import JOURNAL, PUBLIC, service
from niangjia.core.work import Work

BACKED_UP = "system.backed_up"
BACKUP = "system.backup"  # topic of the outbox


@service(permission="system.backup", records=JOURNAL)
def backup_note(work: Work, /, *, made: Made) -> None:
    """The journal says that a backup was made, where it lies and how the keys are in it."""
    work.journal(
        BACKED_UP,
        made.path.name,
        folder=str(made.path.parent),
        bytes=made.size_bytes,
        seconds=made.seconds,
        keys=made.manifest.keys,
        log_size=made.manifest.log_size,
    )


@service(permission="system.backup", records=JOURNAL)
def backup_ask(work: Work, /) -> None:
    """The worker makes a backup as the settings describe it. Raises Conflict if one waits."""
    if OutboxMessage.objects.filter(topic=BACKUP, failed_at__isnull=True).exists():
        raise Conflict(_("A backup is being made already."), code="backup_runs")
    work.send(BACKUP, {})
    work.journal("system.backup_asked")


@service(permission="system.jobs", records=JOURNAL)
def work_retry(work: Work, /, *, message_id: int) -> None:
    """What gave up is tried again from now on. Raises NotFound."""
    rows = OutboxMessage.objects.filter(pk=message_id, failed_at__isnull=False)
    if not rows.update(failed_at=None, attempts=0, due_at=clock.real_now()):
        raise NotFound(_("This was tried again already, or is done."))
    work.journal("system.work_retried", f"outbox:{message_id}")


@service(permission="system.people", records=JOURNAL)
def account_close(work: Work, /, *, username: str) -> None:
    """Nobody signs in with the account, its sessions have ended and its keys open nothing.

    Appointments stand: the city's office ends them. Raises NotFound, Conflict (one's own).
    """
    login = login_named(username)
    if login.pk == work.actor.login_id:
        raise Conflict(_("This is your own account. Ask another operator."), code="own_account")
    logins().filter(pk=login.pk).update(is_active=False)
    _end_sessions(username)
    login.tokens.filter(revoked_at__isnull=True).update(revoked_at=clock.real_now())
    work.journal("system.account_closed", f"login:{login.pk}")


@service(permission="system.people", records=JOURNAL)
def account_open(work: Work, /, *, username: str) -> None:
    """The account signs in again; its keys for programs stay revoked. Raises NotFound."""
    login = login_named(username)
    logins().filter(pk=login.pk).update(is_active=True)
    work.journal("system.account_opened", f"login:{login.pk}")


@service(permission="system.people", records=JOURNAL)
def sessions_end(work: Work, /, *, username: str) -> int:
    """The account is signed out everywhere; returns of how many browsers. Raises NotFound."""
    login = login_named(username)
    n = _end_sessions(username)
    work.journal("system.sessions_ended", f"login:{login.pk}", n=n)
    return n


def _end_sessions(username: str) -> int:
    known = list(login_named(username).sessions.all())
    for one in known:
        SessionStore(one.key).delete()
        one.delete()
    return len(known)


@service(permission="system.people", records=JOURNAL)
def factors_drop(work: Work, /, *, username: str) -> int:
    """All second factors of the account are gone; returns how many. Raises NotFound, Conflict."""
    login = login_named(username)
    if login.pk == work.actor.login_id:
        raise Conflict(_("This is your own account. Ask another operator."), code="own_account")
    n: int = login.factors.count()
    login.factors.all().delete()
    work.journal("system.factors_dropped", f"login:{login.pk}", n=n)
    return n


@service(permission="system.people", records=JOURNAL)
def password_link(work: Work, /, *, username: str) -> tuple[int, str]:
    """(account's id, token): opens, once and for three days, the page that sets its password.

    Raises NotFound, Conflict (the account is closed).
    """
    login = login_named(username)
    if not login.is_active:
        raise Conflict(_("The account is closed. Open it first."), code="account_closed")
    work.journal("system.password_link_made", f"login:{login.pk}")
    return login.pk, token_of(login)


@service(permission=PUBLIC, records=JOURNAL)
def password_choose(work: Work, /, *, login_id: int, token: str, password: str) -> None:
    """The account has this password, and its sessions have ended; the token opens no more.

    Raises NotFound (the token fits none), Invalid (the password is too weak).
    """
    login = logins().filter(pk=login_id).first()
    if login is None or not token_fits(login, token):
        raise NotFound(_("This link was used already, or is over. Ask the operator for another."))
    refuse_weak(password, login)
    login.set_password(password)
    login.save(update_fields=["password"])
    _end_sessions(login.username)
    work.journal("system.password_chosen", f"login:{login.pk}")
