"""What an OFD's tags say: which text on its pages is the seller's name, and so on.

Digital invoices carry no data inside, but `Tags/CustomTag.xml` names the drawn object of each
field: <ofd:Seller><ofd:SellerName><ofd:ObjectRef PageRef="61">6927</ofd:ObjectRef>... and the page
draws <ofd:TextObject ID="6927"><ofd:TextCode>...; a long text is several objects. Lines of goods
are not put together from such pieces: where one name ends and the next begins is not said.
"""

from posixpath import dirname
from xml.etree.ElementTree import Element

from niangjia.lib.archives import Archive
from niangjia.lib.einvoice import tree
from niangjia.lib.einvoice.figures import MAX_NOTE, Reading
from niangjia.lib.einvoice.parts import part, places
from niangjia.lib.einvoice.types import Unreadable

_MAX_PAGES = 5
_MAX_OBJECTS = 200
# field -> the name that the list in OFD.xml has for it
_NAMES = {
    "invoicecode": "发票代码",
    "invoiceno": "发票号码",
    "issuedate": "开票日期",
    "buyername": "购买方名称",
    "buyertaxid": "购买方纳税人识别号",
    "sellername": "销售方名称",
    "sellertaxid": "销售方纳税人识别号",
    "taxexclusivetotalamount": "合计金额",
    "taxtotalamount": "合计税额",
    "taxinclusivetotalamount": "价税合计",
    "note": "备注",
}
_AMOUNTS = ("合计金额", "合计税额", "价税合计")


def tagged(archive: Archive, root: Element | None, folder: str) -> dict[str, str]:
    """Texts by the names of the list in OFD.xml; empty without tags, or if they cannot be read.

    Raises Unreadable (dangerous_xml, too_large), BadArchive.
    """
    try:
        objects = _objects(_tags(archive, root, folder))
        texts = _texts(archive, root, folder) if objects else {}
    except Unreadable as error:
        if error.code in ("damaged", "truncated"):  # no more than a help for readers
            return {}
        raise
    found = {}
    for name, numbers in objects.items():
        text = "".join(texts.get(number, "") for number in numbers)[:MAX_NOTE]
        if text and (name not in _AMOUNTS or Reading().fen(text) is not None):
            found[name] = text
    return found


def _tags(archive: Archive, root: Element | None, folder: str) -> Element | None:
    for list_name in places(tree.first(tree.texts(root), "customtags"), folder):
        for one in tree.children(part(archive, list_name)):
            file = tree.first(tree.texts(one), "fileloc")
            for name in places(file, dirname(list_name), folder):
                if (found := part(archive, name)) is not None:
                    return found
    names = [name for name in archive.names if name.lower().endswith("/customtag.xml")]
    return part(archive, names[0]) if names else None


def _objects(tags: Element | None) -> dict[str, list[str]]:
    """Name to numbers of the objects that hold its text."""
    found: dict[str, list[str]] = {}
    for one in () if tags is None else tags.iter():
        name = _NAMES.get(tree.local(one))
        if name and name not in found:
            numbers = [(ref.text or "").strip() for ref in one if tree.local(ref) == "objectref"]
            found[name] = numbers[:_MAX_OBJECTS]
    return found


def _texts(archive: Archive, root: Element | None, folder: str) -> dict[str, str]:
    """Number of each text object to its text, of the first pages."""
    found: dict[str, str] = {}
    pages = [one for one in tree.children(tree.child(root, "pages")) if tree.local(one) == "page"]
    for page in pages[:_MAX_PAGES]:
        for name in places(page.get("BaseLoc", ""), folder)[:1]:
            content = part(archive, name)
            for one in () if content is None else content.iter():
                if tree.local(one) == "textobject":
                    found.setdefault(one.get("ID", ""), _text(one))
    return found


def _text(drawn: Element) -> str:
    return "".join((one.text or "").strip() for one in drawn if tree.local(one) == "textcode")
