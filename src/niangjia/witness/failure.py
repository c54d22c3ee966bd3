"""How a command ends, also when it cannot do what it was asked."""

import sys
from argparse import Namespace

from niangjia.witness.language import say

OK, FAILED, UNREADABLE, REFUSED, UNUSABLE = 0, 1, 2, 3, 4
INTERRUPTED = 130


class Failure(Exception):
    """The sentence is in the reader's language. code: of the process."""

    def __init__(self, sentence: str, code: int = UNREADABLE) -> None:
        super().__init__(sentence)
        self.code = code


def ended(given: Namespace) -> int:
    """The exit code of a command, once it was carried out: 0 done, 1 failed, 2 cannot be read, 3
    refused, 4 the key must not be used."""
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
