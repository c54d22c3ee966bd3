"""What is kept of a board is forgotten in the moment in which a donor's consent changes."""

from django.db.models import F

from niangjia.core.work import Work
from niangjia.programmes.donations.bulletin_models import BoardVersion


def board_renew(work: Work, raising_id: int) -> None:
    """From the commit on nobody gets what was kept of the board before."""
    BoardVersion.objects.get_or_create(raising_id=raising_id)
    BoardVersion.objects.filter(raising_id=raising_id).update(n=F("n") + 1)


def board_version(slug: str) -> int:
    """How often it was renewed."""
    rows = BoardVersion.objects.filter(raising__slug=slug)
    return rows.values_list("n", flat=True).first() or 0
