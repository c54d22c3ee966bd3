"""Evidence inside a pack: each received file once, unsealed one at a time while it is written, and
the index of what proves what."""

import html
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from zipfile import ZIP_STORED, ZipFile

from niangjia.blocks.evidence.public import DocumentView, LinkView, links_of, links_to, read
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.programmes.assistance_ledger import requirements
from niangjia.programmes.assistance_ledger.audit_pack.columns import EVIDENCE, names
from niangjia.programmes.assistance_ledger.audit_pack.naming import file_name
from niangjia.programmes.assistance_ledger.audit_pack.ocds import Proof
from niangjia.programmes.assistance_ledger.selectors.evidence import is_cleared

THERE, WITHHELD, GONE = "enclosed", "withheld", "not kept"
STATES = {
    THERE: "附上 / enclosed",
    WITHHELD: "未附（个人信息，无权）/ withheld",
    GONE: "已不保存 / not kept",
}
HEADINGS = tuple(f"{one.zh} {one.en}" for one in EVIDENCE)


@dataclass(slots=True)
class Counts:
    """What of the evidence is in the pack; personal: refs of enclosed files that name people."""

    n_files: int = 0
    n_withheld: int = 0
    n_gone: int = 0
    n_lines: int = 0
    personal: list[str] = field(default_factory=list)


class EvidencePart:
    """Writes `evidence/` of a pack: files as they are met, lines of the index into a spool."""

    def __init__(self, actor: Actor, into: ZipFile, spool: TextIO) -> None:
        self.actor, self.into, self.spool = actor, into, spool
        self.counts = Counts()
        self._met: dict[str, tuple[str, str]] = {}  # document -> (state, file)

    def add(self, subjects: Sequence[str]) -> dict[str, list[Proof]]:
        """Enclose what proves these; subject -> its proofs, those withheld by their hash too."""
        found: dict[str, list[Proof]] = {}
        for link in links_of(subjects):
            state, file = self._met.get(link.document.ref) or self._enclose(link)
            self._index(link, state, file)
            found.setdefault(link.subject, []).append(_proof(link))
        return found

    def _enclose(self, link: LinkView) -> tuple[str, str]:
        document = link.document
        personal = _is_personal(document)
        cleared = is_cleared(self.actor, document)
        made = self._written(link) if cleared else self._withheld()
        if personal and made[0] == THERE:
            self.counts.personal.append(document.ref)
        self._met[document.ref] = made
        return made

    def _withheld(self) -> tuple[str, str]:
        self.counts.n_withheld += 1
        return WITHHELD, ""

    def _written(self, link: LinkView) -> tuple[str, str]:
        one = link.document
        try:
            data = read(one.ref)
        except NotFound:
            self.counts.n_gone += 1
            return GONE, ""
        self.counts.n_files += 1
        name = file_name(self.counts.n_files, link.kind, one.name, one.format)
        self.into.writestr(f"evidence/{name}", data, ZIP_STORED)  # pictures and PDF are compressed
        return THERE, name

    def _index(self, link: LinkView, state: str, file: str) -> None:
        self.counts.n_lines += 1
        one = link.document
        line = {
            "number": self.counts.n_lines,
            "subject": link.subject,
            "kind": link.kind,
            "kind_name": _title(link.kind),
            "state": state,
            "file": file,
            "bytes": one.n_bytes,
            "sha256": one.sha256,
        }
        self.spool.write(json.dumps(line, ensure_ascii=False) + "\n")


def _is_personal(document: DocumentView) -> bool:
    """Whether it is of a personal kind for anything that it proves."""
    kinds = requirements.kinds()
    return any(kinds[one.kind].personal for one in links_to(document.ref) if one.kind in kinds)


def _title(kind: str) -> str:
    known = requirements.kinds().get(kind)
    return known.title["zh"] if known else kind


def _proof(link: LinkView) -> Proof:
    one = link.document
    return Proof(one.sha256, link.kind, _title(link.kind), one.format)


def index_page(title: str, lines: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The index as a page to be printed, piece by piece."""
    yield _HEAD.replace("TITLE", html.escape(title))
    yield "<thead><tr>" + "".join(f"<th>{one}</th>" for one in HEADINGS) + "</tr></thead><tbody>"
    n = 0
    for line in lines:
        n += 1
        shown = {**line, "state": STATES[line["state"]]}
        cells = [html.escape(str(shown[name])) for name in names(EVIDENCE)]
        if line["file"]:
            cells[5] = f'<a href="{cells[5]}">{cells[5]}</a>'
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"
    if not n:
        yield f'<tr><td colspan="{len(EVIDENCE)}">没有佐证材料 / no evidence</td></tr>'
    yield "</tbody></table></body></html>\n"


_HEAD = Path(__file__).with_name("index_head.html").read_text("utf-8")
