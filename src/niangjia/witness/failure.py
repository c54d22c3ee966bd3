"""How a command ends when it cannot do what it was asked."""

OK, FAILED, UNREADABLE, REFUSED, UNUSABLE = 0, 1, 2, 3, 4
INTERRUPTED = 130


class Failure(Exception):
    """The sentence is in the reader's language. code: of the process."""

    def __init__(self, sentence: str, code: int = UNREADABLE) -> None:
        super().__init__(sentence)
        self.code = code
