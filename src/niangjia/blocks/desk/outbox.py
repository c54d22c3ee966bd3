"""After an export was asked for: it is made, beside the worker's round."""

from collections.abc import Mapping
from typing import Any

from niangjia.blocks.desk.exports import TOPIC, make_export
from niangjia.core.outbox import handles


@handles(TOPIC, slow=True)
def export(payload: Mapping[str, Any]) -> None:
    """The file is there, or its line says why not."""
    make_export(str(payload["export"]))
