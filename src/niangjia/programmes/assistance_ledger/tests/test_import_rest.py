"""The import by JSON: a program brings a workbook, mends it and has it taken."""

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.tests import books

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def city(monkeypatch):
    books.city(monkeypatch)


def client(who="city", **more):
    found = Client(headers={"accept-language": "en"}, **more)
    login = get_user_model().objects.get(username=who)
    found.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    return found


def sent(program, path, name="office.xlsx"):
    answer = program.post("/api/imports", {"file": SimpleUploadedFile(name, path.read_bytes())})
    jobs.drain_slow()
    return answer


def as_json(call, address, body):
    answer = call(address, body, content_type="application/json")
    jobs.drain_slow()
    return answer.status_code, answer.json()


def test_a_program_imports_from_the_file_to_the_ledger(tmp_path):
    program = client()
    path = books.simple(tmp_path / "a.xlsx", books.line(1), books.line(2, county="无此县"))
    at = f"/api/imports/{sent(program, path).json()['ref']}"
    found = program.get(at).json()
    assert (found["state"], found["sheets"][0]["n_rows"]) == ("mapping", 2)
    assert found["sheets"][0]["keys"][0] == "unit_name"
    assert as_json(program.put, f"{at}/map", {"version": found["version"]})[0] == 200

    (problem,) = program.get(f"{at}/problems").json()["items"]
    assert (problem["row"], problem["code"], problem["stood"]) == (3, "county_unknown", "无此县")
    version = program.get(at).json()["version"]
    cell = {"sheet": problem["sheet"], "row": 3, "key": "county", "value": "唐县"}
    status, found = as_json(program.post, f"{at}/edits", {"version": version, "cells": [cell]})
    assert status == 200
    status, refused = as_json(program.post, f"{at}/take", {"version": found["version"]})
    assert (status, refused["code"]) == (422, "not_checked")
    status, found = as_json(program.post, f"{at}/check", {"version": found["version"]})
    version = program.get(at).json()["version"]
    assert as_json(program.post, f"{at}/take", {"version": version})[0] == 200
    status, refused = as_json(program.post, f"{at}/take", {"version": version})
    assert (status, refused["code"]) == (409, "changed_meanwhile")
    found = program.get(at).json()
    assert (found["state"], found["result"]["accepted_rows"]) == ("done", 2)
    assert Purchase.objects.count() == 2
    assert program.get("/api/imports").json()["items"][0]["state"] == "done"


def test_the_unit_of_wan_has_to_be_decided(tmp_path):
    program = client()
    header = [[books.HEADERS[key].replace("(元)", "") for key in books.KEYS]]
    rows = [books.line(1, amount_fen=1.5)]
    path = books.simple(tmp_path / "a.xlsx", *rows, above=[["单位：万元"]], header=header)
    at = f"/api/imports/{sent(program, path).json()['ref']}"
    status, refused = as_json(program.put, f"{at}/map", {"version": 1})
    assert status == 422 and "采购台账" in refused["message"]
    assert as_json(program.put, f"{at}/map", {"version": 1, "wan": {"采购台账": True}})[0] == 200
    assert program.get(at).json()["result"]["ready_fen"] == 1_500_000


def test_a_program_that_names_no_columns_gets_those_that_were_remembered(tmp_path):
    program = client()
    header = [[books.HEADERS[key] for key in books.KEYS]]
    header[0][books.KEYS.index("county")] = "帮扶来源地"
    first = books.simple(tmp_path / "a.xlsx", books.line(1), header=header)
    at = f"/api/imports/{sent(program, first).json()['ref']}"
    assert as_json(program.put, f"{at}/map", {"version": 1})[0] == 200
    found = program.get(at).json()
    assert (found["state"], found["error"]["code"]) == ("mapping", "columns_missing")
    (sheet,) = found["sheets"]
    sheet["keys"][books.KEYS.index("county")] = "county"
    body = {"version": found["version"], "columns": {sheet["signature"]: sheet["keys"]}}
    assert as_json(program.put, f"{at}/map", body)[0] == 200
    second = books.simple(tmp_path / "b.xlsx", books.line(2), header=header)
    at = f"/api/imports/{sent(program, second).json()['ref']}"
    assert as_json(program.put, f"{at}/map", {"version": 1})[0] == 200
    assert program.get(at).json()["result"]["ready_rows"] == 1


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ({"key": "amount_fen", "value": "一百"}, "not an amount"),
        ({"key": "county", "value": ""}, "is empty"),
        ({"key": "contact_phone", "value": "1"}, "cannot be mended on the page"),
    ],
)
def test_a_text_that_cannot_stand_in_a_cell_is_refused_and_nothing_is_kept(tmp_path, cell, words):
    program = client()
    path = books.simple(tmp_path / "a.xlsx", books.line(1, county="无此县"))
    at = f"/api/imports/{sent(program, path).json()['ref']}"
    as_json(program.put, f"{at}/map", {"version": 1})
    version = program.get(at).json()["version"]
    cells = [{"sheet": "采购台账", "row": 2, **cell}]
    status, refused = as_json(program.post, f"{at}/edits", {"version": version, "cells": cells})
    assert status == 422 and words in refused["fields"]["cells.0"]
    found = program.get(at).json()
    assert (found["edits"], found["version"]) == ([], version)


def test_who_may_not_import_and_who_is_of_another_unit_are_refused(tmp_path):
    path = books.simple(tmp_path / "a.xlsx", books.line(1))
    ref = sent(client("clerk"), path).json()["ref"]
    assert client("clerk_b").get(f"/api/imports/{ref}").status_code == 404
    assert client("auditor").get("/api/imports").status_code == 403
    assert sent(client("auditor"), path).status_code == 403
    assert Client().get("/api/imports").status_code == 401
    assert sent(client("clerk"), path, "x.pdf").status_code == 200  # by its bytes, not its name
    strict = client(enforce_csrf_checks=True)
    assert strict.post("/api/imports", {}).status_code == 403


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.7")
    answer = sent(client(), path)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_is_picture")
