"""The program `niangjia-witness`."""

import sys

from niangjia.witness import daily_commands, setup_commands
from niangjia.witness.arguments import Command, parser
from niangjia.witness.failure import FAILED, INTERRUPTED, Failure
from niangjia.witness.language import say
from niangjia.witness.mirror_command import mirror
from niangjia.witness.serve_command import serve

COMMANDS: dict[str, Command] = {
    "keygen": setup_commands.keygen,
    "trust": setup_commands.trust,
    "untrust": setup_commands.untrust,
    "serve": serve,
    "cosign": daily_commands.cosign,
    "evidence": daily_commands.evidence,
    "mirror": mirror,
    "status": daily_commands.status,
}


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed, 2 cannot be read, 3 refused, 4 the key must not be used."""
    given = parser(COMMANDS).parse_args(arguments)
    try:
        code: int = given.run(given)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.code
    except OSError as error:
        values = {"file": error.filename or ""}
        print(say("A file cannot be read or written: {file}", **values), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return code
