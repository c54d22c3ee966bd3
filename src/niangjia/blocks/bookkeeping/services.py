"""What is done to books by themselves; bookings come with the services of programmes."""

from niangjia.blocks.bookkeeping.selectors import book_get
from niangjia.core.service import JOURNAL, service
from niangjia.core.work import Work


@service(permission="books.see", records=JOURNAL)
def book_hand_out(work: Work, /, *, book: str, form: str) -> None:
    """It stands in the journal that a book is handed over whole. Raises NotFound."""
    book_get(book)
    work.journal("book.handed_out", f"book:{book}"[:80], form=form)
