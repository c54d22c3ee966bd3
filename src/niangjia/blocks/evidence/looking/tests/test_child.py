"""The limited process: however it ends, the parent has an answer; it ends when the parent does."""

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import einvoices, evidence_files

from niangjia.blocks.evidence.looking import actions, formats, frames, wire
from niangjia.blocks.evidence.looking.look import look
from niangjia.blocks.evidence.looking.types import MIB, PROBLEMS, Limits, Looked, Refused
from niangjia.lib.einvoice import xml

COULD_NOT = Looked(format="pdf", problem="could_not_read")


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A PDF that takes seconds: 30 pages, each with a large picture."""
    path = tmp_path_factory.mktemp("slow") / "slow.pdf"
    picture = evidence_files.photo(4000, 3000)
    path.write_bytes(evidence_files.pdf((), picture=picture, n_pages=30))
    return path


def child_of(pid: int) -> psutil.Process:
    """The looking process that this process has started, once it runs."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for one in psutil.Process(pid).children():
            if "niangjia.blocks.evidence.looking.pdfs" in one.cmdline():
                return one
        time.sleep(0.02)
    raise AssertionError("no child was started")


@pytest.fixture
def running(slow, monkeypatch):
    """A look in another thread, and its child, at work."""
    monkeypatch.setenv("NIANGJIA_SAMPLE", "a setting of ours")
    answers: list[Looked] = []
    thread = threading.Thread(target=lambda: answers.append(look(slow)))
    thread.start()
    child = child_of(os.getpid())
    time.sleep(0.5)
    yield thread, child, answers
    if child.is_running():
        child.kill()
    thread.join(10)


def test_a_child_killed_in_the_middle_leaves_an_answer(running):
    thread, child, answers = running
    assert child.is_running()
    child.send_signal(signal.SIGKILL)
    thread.join(10)
    assert answers == [COULD_NOT]
    assert not psutil.pid_exists(child.pid)


def test_the_child_has_limits_its_own_session_and_none_of_our_settings(running):
    _, child, _ = running
    limits = Limits()
    assert child.rlimit(psutil.RLIMIT_AS) == (limits.memory_bytes, limits.memory_bytes)
    assert child.rlimit(psutil.RLIMIT_CPU) == (limits.cpu_s, limits.cpu_s + 5)
    assert child.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
    assert child.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert child.rlimit(psutil.RLIMIT_NPROC) == (0, 0)
    assert os.getsid(child.pid) == child.pid != os.getsid(0)
    assert not [name for name in child.environ() if "NIANGJIA" in name or "DJANGO" in name]


def test_a_child_that_takes_too_long_is_ended(slow):
    started = time.monotonic()
    assert look(slow, limits=Limits(wall_s=1)) == COULD_NOT
    assert time.monotonic() - started < 3
    assert not psutil.Process().children()


def test_a_child_that_computes_too_long_is_ended(slow):
    assert look(slow, limits=Limits(cpu_s=1)) == COULD_NOT


def test_a_child_without_memory_is_ended(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(evidence_files.encoded(evidence_files.photo(6000, 5000), "PNG"))
    looked = look(path, limits=Limits(memory_bytes=100 * MIB))
    assert looked == Looked(format="png", problem="could_not_read")


def test_an_answer_too_long_is_not_taken(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(evidence_files.encoded(evidence_files.photo()))
    looked = look(path, limits=Limits(answer_bytes=1_000))
    assert looked == Looked(format="jpeg", problem="could_not_read")


PEAK = """
import json, resource, sys
from pathlib import Path
from niangjia.blocks.evidence.looking.look import look
problems = [look(Path(name)).problem for name in sys.argv[1:]]
print(json.dumps([*problems, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
"""


def test_the_largest_files_stay_below_the_ceiling(tmp_path):
    """The ceiling is of address space; what is used of it is far less."""
    progressive = evidence_files.photo(8160, 6120)  # a phone's 50 megapixels
    path = tmp_path / "large.jpg"
    path.write_bytes(evidence_files.encoded(progressive, quality=60, progressive=True))
    png = tmp_path / "large.png"
    png.write_bytes(evidence_files.encoded(progressive.resize((7000, 7000)), "PNG"))
    # From a process that has started no other: the peak is that of its largest child so far.
    run = [sys.executable, "-c", PEAK, str(path), str(png)]
    done = subprocess.run(run, check=True, capture_output=True, text=True)
    *problems, peak_kib = json.loads(done.stdout)
    peak = peak_kib * 1024
    assert problems == ["", ""]
    print(f"peak of a looking process: {peak // MIB} MiB of {Limits().memory_bytes // MIB}")
    assert peak < Limits().memory_bytes


def test_each_kind_of_file_is_looked_at_in_less_than_a_second_of_computing(tmp_path):
    paper = evidence_files.paper_photo(einvoices.qr_text(einvoices.digital()), px=4000, scale=8)
    kinds = {
        "jpeg 12 MP": evidence_files.encoded(paper.resize((4000, 3000)), quality=88),
        "png 2 MP": evidence_files.encoded(paper.resize((1600, 1200)), "PNG"),
        "pdf, text": evidence_files.pdf(picture=evidence_files.code("01,32")),
        "pdf, scan": evidence_files.pdf((), picture=paper.resize((2480, 1860))),
        "ofd": einvoices.ofd(einvoices.older()),
        "xml": einvoices.digital_xml(einvoices.two_lines()),
        "xlsx": evidence_files.workbook(),
    }
    for kind, data in kinds.items():
        path = tmp_path / "file"
        path.write_bytes(data)
        walls, cpus = [], []
        for _ in range(5):
            before, started = os.times(), time.monotonic()
            assert look(path).problem == ""
            walls.append(time.monotonic() - started)
            now = os.times()
            cpus.append(sum(now[2:4]) - sum(before[2:4]))
        wall, cpu = statistics.median(walls) * 1000, statistics.median(cpus) * 1000
        print(f"{kind:<12}{len(data) // 1024:>6} KiB {wall:>5.0f} ms, CPU {cpu:.0f} ms")
        assert cpu < 1000


def test_the_child_ends_with_its_parent(slow):
    code = (
        f"from pathlib import Path\nfrom {look.__module__} import look\nlook(Path({str(slow)!r}))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    try:
        child = child_of(parent.pid)
        time.sleep(0.5)
        assert child.is_running()
    finally:
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 5
    while psutil.pid_exists(child.pid) and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_path_that_looks_like_an_option_is_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "-x"
    path.write_bytes(evidence_files.encoded(evidence_files.photo(60, 40)))
    assert look(path.relative_to(tmp_path)).problem == ""


GOOD = [
    evidence_files.encoded(evidence_files.photo(160, 120)),
    evidence_files.encoded(evidence_files.photo(160, 120), "PNG"),
    evidence_files.pdf(("21010038",)),
    evidence_files.signed_pdf(),
    einvoices.ofd(einvoices.older()),
    evidence_files.workbook(),
]


@given(st.sampled_from(GOOD), st.lists(st.tuples(st.integers(0), st.binary(max_size=6))), st.data())
@settings(max_examples=25, deadline=None)
def test_a_mutated_file_always_gives_an_answer(tmp_path_factory, data, changes, draw):
    changed = bytearray(data[: draw.draw(st.integers(len(data) // 2, len(data)))])
    for place, new in changes:
        start = place % len(changed)
        changed[start : start + len(new)] = new
    path = tmp_path_factory.mktemp("mutated") / "file"
    path.write_bytes(changed)
    assert look(path).problem in PROBLEMS


@given(st.sampled_from(GOOD[:2]), st.lists(st.tuples(st.integers(0), st.integers(0, 255))))
@settings(max_examples=300, deadline=None)
def test_frames_refuse_or_accept_and_raise_nothing_else(data, changes):
    changed = bytearray(data)
    for place, byte in changes:
        changed[place % len(changed)] = byte
    for check in (frames.check_jpeg, frames.check_png):
        try:
            check(bytes(changed))
        except Refused as refused:
            assert refused.code in PROBLEMS


@given(st.binary(max_size=200) | st.sampled_from([one[:4096] for one in GOOD]))
@settings(max_examples=300, deadline=None)
def test_any_head_is_a_kind_or_refused(head):
    try:
        formats.kind_of(head)
    except Refused as refused:
        assert refused.code in PROBLEMS
    actions.starts_something(head + b"stream\n" + head + b"endstream" + head)


LOOKED = Looked(
    format="xml",
    n_pages=1,
    qr_texts=("01,32", "样例"),
    invoice=xml.read(einvoices.digital_xml(einvoices.two_lines())),
    numbers=("21010038",),
    preview=b"abc",
    thumbnail=b"de",
    picture_hash="0" * 16,
)


def test_an_answer_survives_the_pipe():
    assert wire.unpacked(wire.packed(LOOKED)) == LOOKED
    assert wire.unpacked(wire.packed(Looked(problem="empty"))) == Looked(problem="empty")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(json.loads(wire.packed(LOOKED)[4:-5]))), JSON)
@settings(max_examples=400, deadline=None)
def test_a_child_that_lies_gives_an_answer_of_the_right_types_or_none(name, value):
    head = json.loads(wire.packed(LOOKED)[4:-5])
    head[name] = value
    data = json.dumps(head).encode()
    try:
        found = wire.unpacked(len(data).to_bytes(4, "big") + data + b"abcde")
    except ValueError:
        return
    assert {type(text) for text in found.qr_texts + found.numbers} <= {str}
    assert type(found.n_pages) is int
    assert found.problem in PROBLEMS


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_answer_is_an_answer_or_none(data):
    with pytest.raises(ValueError):
        wire.unpacked(data)


def test_limits_cross_the_command_line():
    limits = replace(Limits(), pages=3)
    assert Limits(**json.loads(json.dumps(asdict(limits)))) == limits
