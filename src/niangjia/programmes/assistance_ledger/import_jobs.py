"""What the worker does for the import wizard, message by message; each may be repeated."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import translation

from niangjia.blocks.intake.public import UploadView, remove, upload_get
from niangjia.blocks.orgs.public import actor_under
from niangjia.core.actor import Actor, system_actor
from niangjia.core.errors import Conflict, DomainError, NotFound, Unavailable
from niangjia.core.outbox import Away, handles
from niangjia.programmes.assistance_ledger import wizard
from niangjia.programmes.assistance_ledger.services.uploads import (
    CHECK,
    LOOK,
    TAKE,
    import_stop,
    import_waits,
)

SYSTEM = system_actor("imports")
Step = Callable[[Actor, UploadView, Mapping[str, Any]], None]


@handles(LOOK, slow=True)
def look_at(payload: Mapping[str, Any]) -> None:
    """An upload's sheets and columns are known, or it is refused."""
    _carry_out(payload, "received", wizard.look_at, "refused")


@handles(CHECK, slow=True)
def check(payload: Mapping[str, Any]) -> None:
    """An upload is checked, or back at its columns with the reason."""
    _carry_out(payload, "checking", wizard.check, "mapping")


@handles(TAKE, slow=True)
def take(payload: Mapping[str, Any]) -> None:
    """An upload is taken, or back where it was, with the reason."""
    _carry_out(payload, "taking", wizard.take, "done" if payload.get("correct") else "checked")


@handles("imports.forget")
def forget(payload: Mapping[str, Any]) -> None:
    """The file of an upload that was given up is gone."""
    remove(payload["upload"])


def _carry_out(payload: Mapping[str, Any], state: str, step: Step, on_error: str) -> None:
    """Do the step if the upload still waits for it; a refusal in words ends it in `on_error`."""
    view = upload_get(SYSTEM, ref=payload["upload"])
    if (view.state, view.version) != (state, payload["version"]):
        return
    with translation.override(payload["language"]):
        try:
            actor = actor_under(payload["login"], payload["organisation"], payload["role"])
            step(actor, view, payload)
        except (wizard.GoneBack, NotFound):
            return
        except Unavailable as error:
            if not error.code.startswith("key_"):
                raise
            import_waits(
                SYSTEM, ref=view.ref, version=view.version, code=error.code, text=str(error)
            )
            raise Away(str(error)) from error
        except DomainError as error:
            _stop(view, error, on_error)


def _stop(view: UploadView, error: DomainError, on_error: str) -> None:
    """The upload says why it stopped; nothing happens where the clerk went back meanwhile. A file
    of people that belongs nowhere is removed at once."""
    if isinstance(error, Conflict) and error.code == "changed_meanwhile":
        return
    if error.code == "roster_unbound":
        remove(view.ref)
    gone = error.code == "file_changed" and on_error != "done"
    state = "refused" if gone else on_error
    import_stop(
        SYSTEM, ref=view.ref, version=view.version, state=state, code=error.code, text=str(error)
    )
