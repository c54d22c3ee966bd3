"""An evidence pack as an answer: streamed, so that large evidence is never held whole."""

from django.http import StreamingHttpResponse

from niangjia.blocks.ledger.public import MadePack


def zip_of(made: MadePack) -> StreamingHttpResponse:
    """The pack as a file to keep."""
    answer = StreamingHttpResponse(made.chunks, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer
