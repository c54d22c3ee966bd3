"""After a release is durable: its document goes out as a file, for whoever keeps a copy."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from niangjia.core.outbox import handles
from niangjia.programmes.assistance_ledger import import_jobs
from niangjia.programmes.assistance_ledger.models import Release

__all__ = ["import_jobs", "publish"]


@handles("figures.publish")
def publish(payload: Mapping[str, Any]) -> None:
    """`NIANGJIA_HOME/published/figures-<period>-<version>.json` holds the released bytes."""
    release = Release.objects.get(ref=payload["release"])
    folder = Path(settings.NIANGJIA_HOME) / "published"
    folder.mkdir(exist_ok=True)
    path = folder / f"figures-{release.period}-{release.version}.json"
    fresh = path.with_suffix(".part")
    with fresh.open("wb") as out:
        out.write(bytes(release.document))
        out.flush()
        os.fsync(out.fileno())
    fresh.rename(path)
