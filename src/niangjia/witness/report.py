"""What a witness says about itself, for programs; `language` and `cli` put it for people."""

from collections.abc import Mapping

from niangjia.witness.identity import Identity
from niangjia.witness.state import State


def status(
    identity: Identity, state: State, unsaved: Mapping[tuple[str, int], int]
) -> dict[str, object]:
    """As JSON: name, vkeys, logs by origin, refusals that belong to no known log.

    unsaved: (origin, status) -> refusals not yet in the state. Times are POSIX seconds.
    """
    refusals = dict(state.refusals())
    for mark, n in unsaved.items():
        refusals[mark] = refusals.get(mark, 0) + n
    evidence, trusted = state.n_evidence(), state.trusted()
    logs = {
        origin: {
            "url": url,
            "n_keys": len(trusted[origin]),
            "size": size,
            "root": root.hex(),
            "cosigned_at": cosigned_at,
            "n_cosigned": n_cosigned,
            "n_refused": _of(origin, refusals),
            "n_evidence": evidence.get(origin, 0),
        }
        for origin, url, size, root, cosigned_at, n_cosigned in state.logs()
    }
    return {
        "name": identity.name,
        "vkeys": identity.vkeys,
        "n_cosigned": state.n_cosigned(),
        "last_at": state.known().last_at or None,
        "logs": logs,
        "n_refused_elsewhere": _of("", refusals),
    }


def _of(origin: str, refusals: Mapping[tuple[str, int], int]) -> dict[str, int]:
    return {str(status): n for (of, status), n in sorted(refusals.items()) if of == origin}
