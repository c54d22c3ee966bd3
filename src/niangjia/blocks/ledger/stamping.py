"""RFC 3161 time stamps over a checkpoint's text, from the authority that the settings name."""

import logging
import urllib.request

from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    decode_timestamp_response,
)

from niangjia.blocks.ledger.models import Checkpoint, Timestamp
from niangjia.core import clock
from niangjia.lib.tlog import note

TIMEOUT_S = 5
MOST_BYTES = 64 * 1024
log = logging.getLogger(__name__)


def reply_for(row: Checkpoint) -> bytes | None:
    """The authority's reply over this checkpoint, asked for once; None without an authority or
    while it does not answer: a pack is made all the same, and says so."""
    kept = Timestamp.objects.filter(checkpoint=row).first()
    if kept is not None:
        return bytes(kept.reply)
    if not settings.NIANGJIA_TSA_URL:
        return None
    text = note.parse(row.note.encode()).text.encode()
    asked = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
    request = urllib.request.Request(  # noqa: S310 - the operator's own setting
        settings.NIANGJIA_TSA_URL,
        asked.as_bytes(),
        {"Content-Type": "application/timestamp-query"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            reply = bytes(answer.read(MOST_BYTES))
        found = decode_timestamp_response(reply)
    except (OSError, ValueError) as error:
        log.warning("the time-stamping authority gave nothing: %s", error)
        return None
    if found.status not in (0, 1) or found.tst_info.nonce != asked.nonce:
        log.warning("the time-stamping authority refused: %s", found.status)
        return None
    Timestamp.objects.get_or_create(
        checkpoint=row, defaults={"reply": reply, "stamped_at": clock.real_now()}
    )
    return reply
