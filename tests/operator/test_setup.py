"""A real city from an empty folder: settings, trees, an operator who can sign in; never twice."""

import pytest

from tests.concurrency.site import Site, copy_of

WORDS = ("setup", "--city", "石家庄市总工会", "--code", "130100", "--person", "示例运维")
SIGNED_IN = """
import sys
from django.test import Client
from django.urls import reverse
browser = Client(SERVER_NAME="localhost")
browser.post(reverse("orgs:sign_in"), {"username": "operator", "password": sys.argv[1]})
print(browser.get("/desk/system").status_code)
from niangjia.blocks.orgs.public import nodes
from django.conf import settings
print(len(nodes("district")), nodes("line"), settings.NIANGJIA_DEMO, settings.NIANGJIA_CITY_CODE)
"""


@pytest.fixture
def site(migrated, tmp_path):
    return copy_of(migrated, tmp_path / "home")


def test_an_empty_folder_becomes_a_city_whose_operator_signs_in(tmp_path):
    site = Site(tmp_path / "home")
    site.home.mkdir()
    secret = tmp_path / "password"
    secret.write_text("一句好记的话2020\n", "utf-8")
    more = ("--line", "education=教育系统工会", "--password-file", secret)
    code, out, err = site.command(*WORDS, *more)
    assert code == 0, err
    assert "23 districts" in out and "一句好记的话2020" not in out
    status, trees = site.run(SIGNED_IN, "一句好记的话2020").splitlines()
    assert status == "200"
    assert trees == "23 [('education', '教育系统工会')] False 130100"
    code, _out, err = site.command(*WORDS, *more)
    assert code == 5 and "already" in err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("--code", "13010"), "six digits"),
        (("--code", "139900"), "no city"),
        (("--line", "教育"), "education="),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_set_up(site, change, words):
    code, _out, err = site.command(*WORDS, *change)
    assert code == 2 and words in err
    code, out, err = site.command(*WORDS)
    assert code == 0 and "Its password, shown this once" in out, err


def test_a_weak_password_is_refused(site, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("12345678\n", "utf-8")
    code, _out, err = site.command(*WORDS, "--password-file", secret)
    assert code == 2 and "password" in err


def test_a_folder_set_as_a_demonstration_stays_one(site):
    (site.home / "site.toml").write_text("demo = 1\n", "utf-8")
    code, _out, err = site.command(*WORDS)
    assert code == 2 and "demo = 0" in err
    assert (site.home / "site.toml").read_text("utf-8") == "demo = 1\n"
