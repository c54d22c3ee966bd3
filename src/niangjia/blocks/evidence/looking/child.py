"""The process that opens a stranger's file: limited, alone, gone when its parent is.

Usage: python -m niangjia.blocks.evidence.looking.MODULE PATH LIMITS, where MODULE (pictures, pdfs,
documents) imports only the libraries its formats need, and LIMITS is JSON. Says one answer (see
wire) on stdout.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from niangjia.blocks.evidence.looking import wire
from niangjia.blocks.evidence.looking.types import Limits, Looked, Refused
from niangjia.core import limited


def run(look: Callable[[bytes, Limits], Looked]) -> int:
    """Limits this process, looks at the file, answers. Exit code 0 if it answered."""
    limits = Limits(**json.loads(sys.argv[2]))
    limited.end_with_parent()
    limited.restrict(memory_bytes=limits.memory_bytes, cpu_s=limits.cpu_s)
    limited.confine()
    with Path(sys.argv[1]).open("rb") as file:
        data = file.read(limits.file_bytes + 1)
    try:
        looked = look(data, limits)
    except Refused as refused:
        looked = Looked(problem=refused.code)
    sys.stdout.buffer.write(wire.packed(looked))
    sys.stdout.buffer.flush()
    return 0
