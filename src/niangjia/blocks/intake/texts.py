"""What refusals and problems say: what is wrong, where, what to do."""

from collections.abc import Mapping

from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.reader.limits import Refused
from niangjia.core.errors import Invalid, TooLarge

FILES: Mapping[str, object] = {
    "file_not_a_workbook": _(
        "This is not a workbook. Save it as .xlsx, .xls or “CSV UTF-8” and upload it again."
    ),
    "file_is_picture": _(
        "This is a PDF or a picture. Figures are taken from .xlsx or .csv; ask whoever made it for "
        "the workbook."
    ),
    "file_encrypted": _(
        "The workbook is protected by a password. Remove it (File, Info, Protect) and upload again."
    ),
    "file_empty": _("The file is empty. Check that it was saved, and upload it again."),
    "file_too_large": _(
        "The file has %(size)s MB; at most %(mb)s MB are taken. Remove pictures, or split it into "
        "several files."
    ),
    "file_unpacks_too_large": _(
        "The file unpacks to far more than a workbook holds; it was not opened. Save a fresh copy "
        "with only the table and upload that."
    ),
    "file_too_heavy": _(
        "The file is too large or damaged: it could not be read within the limits. Split it into "
        "several files and upload them one by one."
    ),
    "file_damaged": _(
        "The file is damaged or is not what its name says. Open it in your spreadsheet program, "
        "save it as .xlsx, and upload it again."
    ),
    "file_has_entities": _(
        "The file holds declarations that a workbook never has; it was not read. Save a fresh copy "
        "as .xlsx and upload that."
    ),
    "broken_encoding": _(
        "The text is neither UTF-8 nor GB18030. Save it as “CSV UTF-8” or .xlsx and upload again."
    ),
    "too_many_sheets": _("More than %(n)s sheets. Split the workbook into several files."),
    "too_many_rows": _("More than %(n)s rows. Split the workbook into several files."),
    "cell_far_out": _(
        "Row %(row)s has a value in column %(column)s, far outside of the table. Delete it and "
        "upload again."
    ),
    "header_not_found": _(
        "No header was found. Check that the sheet has columns such as 产品名称 and 金额."
    ),
    "no_rows": _(
        "The table has a header but no rows. Check that this is the right file and that it was "
        "saved after filling in."
    ),
    "columns_missing": _(
        "These columns are needed and were not found: %(columns)s. Name them as in our template."
    ),
    "columns_twice": _(
        "Two columns both look like “%(column)s”: “%(first)s” and “%(second)s”. Rename the one "
        "that is not meant."
    ),
}
TOO_LARGE = frozenset(
    {
        "file_too_large",
        "file_unpacks_too_large",
        "file_too_heavy",
        "too_many_rows",
        "too_many_sheets",
    }
)

CELLS: Mapping[str, object] = {
    "required_cell_empty": _("Row %(row)s: “%(column)s” is empty. Please fill it in."),
    "error_cell": _(
        "Row %(row)s: “%(column)s” holds the error %(shown)s. Mend its formula or type the value."
    ),
    "text_too_long": _(
        "Row %(row)s: “%(column)s” is longer than %(limit)s characters. Please shorten it."
    ),
    "amount_not_a_number": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”, not an amount in yuan. Please write digits, "
        "for example 12500.00."
    ),
    "amount_in_another_unit": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”, in a column of 万元. Please write the number "
        "in the column's own unit."
    ),
    "amount_part_of_fen": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”, with parts of a fen. Please round it to two "
        "places."
    ),
    "number_not_a_number": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”, not a number. Please write digits only; the "
        "unit goes into its own column."
    ),
    "count_not_whole": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”, not a whole number of 0 or more."
    ),
    "date_not_a_date": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”, not a date. Please write it as 2020-03-16."
    ),
    "date_only_month": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”, a month without a day. Please add the day; "
        "if it is not known, use the last of the month."
    ),
    "code_digits_lost": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”; Excel kept it as a number and lost its last "
        "digits. Set the column to “text” and type it again."
    ),
    "amount_merged": _(
        "Row %(row)s: one “%(column)s” is merged over rows %(first)s to %(last)s. Please give each "
        "row its own part; nothing of it is taken before."
    ),
    "choice_unknown": _(
        "Row %(row)s: “%(column)s” reads “%(shown)s”. Please choose one of: %(choices)s."
    ),
}


def refusal(refused: Refused) -> Invalid | TooLarge:
    """The error that a user sees for a refused file."""
    text = FILES[refused.code]
    if refused.code in TOO_LARGE:
        return TooLarge(text, code=refused.code, **refused.params)
    return Invalid(text, code=refused.code, fields=None, **refused.params)


def cell_text(code: str, **params: object) -> str:
    """The text of a cell's problem in the language in force."""
    return translated(str(CELLS[code])) % params
