"""`python verify.py PACK` as an auditor runs it: copied away, with and without `cryptography`."""

import json
import mmap
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from niangjia.lib import zipped
from niangjia.witness import verify
from tests.verify.draft import Draft
from tests.verify.json_mutations import KINDS as jsons
from tests.verify.known_mutations import KINDS as notes
from tests.verify.world import NOW, built, full, small
from tests.verify.zip_mutations import KINDS as zips

BLOCKED = "raise ImportError('not here')\n"


@pytest.fixture(params=["with the library", "without"])
def run(request, tmp_path, world):
    """Runs a copy of the file in a folder of its own."""
    shutil.copy(verify.__file__, tmp_path / "verify.py")
    if request.param == "without":
        (tmp_path / "cryptography.py").write_text(BLOCKED)
    (tmp_path / "policy").write_text(world.policy, "utf-8")

    def call(pack, *words, language="C"):
        (tmp_path / "pack.zip").write_bytes(pack)
        command = [sys.executable, "verify.py", "pack.zip", "--now", str(NOW), *words]
        environment = {"LANG": language, "PATH": ""}
        return subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment)

    return call


def test_the_exit_code_is_the_verdict(run, world):
    pack = built(small(world))
    assert run(pack, "--policy", "policy").returncode == 0
    assert run(pack).returncode == 3
    assert run(pack, "--policy-sha256", "0" * 64).returncode == 1
    assert run(pack[1:]).returncode == 2


def test_the_copy_says_what_the_installed_one_says(run, world):
    draft = Draft(built(full(world)), world)
    draft.change("checkpoint", lambda data: data.replace(b"dept-2", b"dept-x"))
    for pack in (built(full(world)), draft.bytes()):
        result, _checker = verify.verify_pack(pack, draft.outside)
        assert run(pack, "--policy", "policy", "--json").stdout == verify.dump(result) + b"\n"


def test_a_person_reads_who_cosigned_what_and_what_is_not_proven(run, world):
    text = run(built(full(world)), "--policy", "policy", language="zh_CN.UTF-8").stdout.decode()
    assert text.startswith("== 核查通过 ==")
    for part in (
        "dept-8  2020-03-17 09:57:00 北京时间",
        "留痕截面已见证时间：2020-03-17 10:01:00 北京时间",
        "7  amount_fen  701",
        "只证明数据未被改动，不对内容真实性负责。",
        "至少有2个部门两边都签",
        "无法收回",
        "openssl ts -verify -digest",
    ):
        assert part in text
    english = run(built(full(world)), "--policy", "policy").stdout.decode()
    assert english.startswith("== VERIFIED ==") and "at least 2 would have signed" in english


def test_a_records_pack_is_checked_in_a_blink(run, world):
    """150 ms on an idle machine; the bound here only catches a change of its order."""
    pack, took = built(small(world)), []
    for _ in range(5):
        begun = time.perf_counter()
        assert run(pack, "--policy", "policy", "--json").returncode == 0
        took.append(time.perf_counter() - begun)
    print(f"\n{1000 * min(took):.0f} ms")
    assert min(took) < 1


def test_a_large_file_of_evidence_is_not_loaded_into_memory(world, tmp_path):
    size = 200 * 1024 * 1024
    block = bytes(1024 * 1024)
    one = zipped.evidence(lambda: (block for _ in range(size // len(block))))
    pack = world.pack([world.record(7)], evidence=(one,))
    with (tmp_path / "pack.zip").open("wb") as file:
        for chunk in pack.chunks():
            file.write(chunk)
    (tmp_path / "policy").write_text(world.policy, "utf-8")
    words = ["pack.zip", "--policy", "policy", "--json", "--now", str(NOW)]
    program = (
        "import resource, runpy, sys\n"
        f"sys.argv = ['verify', *{words!r}]\n"
        f"module = runpy.run_path({str(Path(verify.__file__))!r})\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (150 << 20, 150 << 20))\n"
        "sys.exit(module['main']())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["warnings"] == [["untied", one.name]]


def test_more_than_a_pack_may_hold_is_refused_unread():
    with mmap.mmap(-1, verify.MAX_BYTES + 1) as data:
        result, checker = verify.verify_pack(data, verify.Outside())
    assert (result["verdict"], result["reasons"], checker) == (
        "unreadable",
        [["zip_size", ""]],
        None,
    )


def test_every_answer_is_tried_and_stands_on_the_page_about_the_format():
    tried = {code for code, _mutate in (*zips.values(), *jsons.values(), *notes.values())}
    elsewhere = {"zip_size", "policy_not_given", "unwitnessed", "stale", "untied", *verify.EXIT}
    assert verify.WORDS.keys() == (tried - {None, ""}) | elsewhere
    text = (Path(__file__).parents[2] / "docs" / "pack.md").read_text("utf-8")
    assert [code for code in verify.WORDS if f"`{code}`" not in text] == []
