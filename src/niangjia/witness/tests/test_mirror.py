"""A copy of a log: complete, checked, resumable; and what a lying log gets."""

import gzip
import http.server
import os
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.lib.tlog import hashing, tiles
from niangjia.lib.tlog.keys import COSIGNATURE, Signer, vkey
from niangjia.lib.tlog.note import BadNote, Note
from niangjia.lib.tlog.policy import NoQuorum, parse
from niangjia.lib.tlog.tiles import TileName
from niangjia.witness import source
from niangjia.witness.cli import main
from niangjia.witness.mirror import Forked, Mirror, Taken
from niangjia.witness.source import Folder, Missing, Unreadable
from niangjia.witness.tests.city import LOG, Log
from niangjia.witness.verified_tiles import Unfit, edge

VKEY = vkey(LOG.key)
WITNESS = Signer("w.example", COSIGNATURE, bytes([7]) * 32)
BIG = Log(66_000)  # two levels of full tiles, and one above


def tile(log, name):
    if name.level is None:
        return tiles.pack(log.entries[name.n * 256 : name.n * 256 + name.width])
    step = 256**name.level
    first = name.n * 256
    hashes = [
        hashing.root_of(log.leaves[i * step : (i + 1) * step])
        for i in range(first, first + name.width)
    ]
    return b"".join(hashes)


def publish(folder, log, size=None, note=None):
    """The static files of a log at `size`."""
    size = len(log.leaves) if size is None else size
    for name in [*tiles.of_size(size), *tiles.bundles_of_size(size)]:
        path = folder / "tile" / name.path
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tile(log, name))
    folder.mkdir(exist_ok=True)
    (folder / "checkpoint").write_text(str(note or log.note(size)), "utf-8")
    return folder


@pytest.fixture(scope="session")
def big(tmp_path_factory):
    return publish(tmp_path_factory.mktemp("big"), BIG)


class Counting(Folder):
    """Counts and may fail."""

    def __init__(self, folder, fail_after=10**9):
        super().__init__(folder)
        self.asked, self.fail_after = [], fail_after

    def get(self, path, limit):
        self.asked.append(path)
        if len(self.asked) > self.fail_after:
            raise Unreadable(path, "not reached")
        return super().get(path, limit)


def mirror(out, **more):
    return Mirror(out, [LOG.key], **more)


def files_of(folder):
    skipped = (".lock",)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in skipped
    }


def check_whole(out, log, size):
    """The copy verifies from its files alone, entry by entry."""
    entries = []
    for name in tiles.bundles_of_size(size):
        entries += tiles.unpack((out / "tile" / name.path).read_bytes())
    assert entries == log.entries[:size]
    for name in tiles.of_size(size):
        assert (out / "tile" / name.path).read_bytes() == tile(log, name), name
    assert (out / "checkpoint").read_text("utf-8").startswith(log.head(size).text)


def test_a_copy_of_three_levels_is_the_log_itself(big, tmp_path):
    taken = mirror(tmp_path).refresh(Folder(big))
    n = sum(1 for _ in tiles.of_size(66_000)) + sum(1 for _ in tiles.bundles_of_size(66_000))
    assert taken == Taken(0, 66_000, 66_000, n)
    assert files_of(tmp_path) == files_of(big)


def test_only_what_is_new_is_fetched(tmp_path):
    log = Log(1000)
    place, out = publish(tmp_path / "log", log, 700), tmp_path / "out"
    out.mkdir()
    mirror(out).refresh(Folder(place))
    publish(place, log, 1000)
    asked = Counting(place)
    assert mirror(out).refresh(asked) == Taken(700, 1000, 1000, 5)
    full = {"tile/0/002", "tile/entries/002", "tile/0/003.p/232", "tile/entries/003.p/232"}
    assert set(asked.asked) == {"checkpoint", "tile/1/000.p/3", *full}
    check_whole(out, log, 1000)
    assert not (out / "tile/0/002.p").exists() and not (out / "tile/entries/002.p").exists()
    again = Counting(place)
    assert mirror(out).refresh(again) == Taken(1000, 1000, 1000, 0)
    assert again.asked == ["checkpoint"]


@given(
    st.lists(
        st.sampled_from([0, 1, 2, 255, 256, 257, 300, 511, 512, 513, 770]), min_size=1, max_size=6
    )
)
@settings(max_examples=25, deadline=None)
def test_any_growth_is_copied(tmp_path_factory, sizes):
    log, folder = Log(770), tmp_path_factory.mktemp("growth")
    out = folder / "out"
    out.mkdir()
    for size in sorted(sizes):
        assert mirror(out).refresh(Folder(publish(folder / "log", log, size))).new == size
        check_whole(out, log, size)


def test_new_cosignatures_of_the_same_size_are_taken(tmp_path):
    log, out = Log(5), tmp_path / "out"
    out.mkdir()
    place = publish(tmp_path / "log", log)
    mirror(out).refresh(Folder(place))
    plain = log.note()
    more = Note(plain.text, (*plain.signatures, WITNESS.sign(plain.text, 1000)))
    publish(place, log, note=more)
    assert mirror(out).refresh(Folder(place)) == Taken(5, 5, 5, 0)
    assert (out / "checkpoint").read_text("utf-8") == str(more)


@pytest.mark.parametrize(("fork_at", "size"), [(300, 700), (300, 1000), (0, 1000), (300, 500)])
def test_a_log_with_two_histories_is_refused_and_both_checkpoints_kept(tmp_path, fork_at, size):
    log, out = Log(700), tmp_path / "out"
    mirror(publish(out, log, 0)).refresh(Folder(publish(tmp_path / "log", log)))
    before = files_of(out)
    fork = log.fork(fork_at, size - fork_at)
    with pytest.raises(Forked) as caught:
        mirror(out).refresh(Folder(publish(tmp_path / "fork", fork)))
    kept, served = (caught.value.folder / name for name in ("checkpoint-kept", "checkpoint-served"))
    assert kept.read_text("utf-8") == str(log.note())
    assert served.read_text("utf-8") == str(fork.note())
    after = files_of(out)
    assert {name: data for name, data in after.items() if "evidence" not in name} == before


def test_an_older_checkpoint_of_the_same_history_changes_nothing(tmp_path):
    log, out = Log(700), tmp_path / "out"
    out.mkdir()
    mirror(out).refresh(Folder(publish(tmp_path / "log", log)))
    before = files_of(out)
    assert mirror(out).refresh(Folder(publish(tmp_path / "old", log, 300))) == Taken(
        700, 700, 300, 0
    )
    assert files_of(out) == before


DAMAGE = {
    "entry": ("tile/entries/001", lambda d: d.replace(b"entry 300", b"entry 301")),
    "entry length": ("tile/entries/001", lambda d: b"\xff" + d[1:]),
    "bundle cut": ("tile/entries/001", lambda d: d[:-1]),
    "bundle longer": ("tile/entries/001", lambda d: d + b"\0\0"),
    "partial bundle": ("tile/entries/002.p/188", lambda d: d + b"\0\0"),
    "leaf tile": ("tile/0/001", lambda d: bytes(32) + d[32:]),
    "leaf tile cut": ("tile/0/001", lambda d: d[:-32]),
    "partial tile": ("tile/0/002.p/188", lambda d: bytes(32) + d[32:]),
    "upper tile": ("tile/1/000.p/2", lambda d: bytes(32) + d[32:]),
    "upper tile odd": ("tile/1/000.p/2", lambda d: d[:-1]),
    "upper tile empty": ("tile/1/000.p/2", lambda d: b""),
    "too long": ("tile/1/000.p/2", lambda d: d * 200),
    "lost": ("tile/entries/001", lambda d: None),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_file_that_does_not_fit_is_refused_and_the_copy_stays(tmp_path, how):
    log, out = Log(700), tmp_path / "out"
    out.mkdir()
    mirror(out).refresh(Folder(publish(tmp_path / "first", log, 256)))
    before = files_of(out)
    place = publish(tmp_path / "log", log)
    name, change = DAMAGE[how]
    good = (place / name).read_bytes()
    data = change(good)
    (place / name).unlink() if data is None else (place / name).write_bytes(data)
    with pytest.raises(Unreadable):
        mirror(out).refresh(Folder(place))
    after = files_of(out)
    assert after["checkpoint"] == before["checkpoint"]
    new = {path: data for path, data in after.items() if path not in before}
    assert all(data == (place / path).read_bytes() for path, data in new.items() if "tile" in path)
    assert name not in new
    (place / name).write_bytes(good)
    assert mirror(out).refresh(Folder(place)).new == 700
    check_whole(out, log, 700)


def test_a_copy_broken_off_after_any_number_of_files_is_taken_up(tmp_path):
    log = Log(1100)
    place, n = publish(tmp_path / "log", log), 1
    while True:
        out = tmp_path / f"out{n}"
        mirror(publish(out, log, 300)).refresh(Folder(publish(tmp_path / "old", log, 300)))
        try:
            mirror(out).refresh(Counting(place, fail_after=n))
            break
        except Unreadable:
            assert (out / "checkpoint").read_text("utf-8") == str(log.note(300))
        mirror(out).refresh(Folder(place))
        check_whole(out, log, 1100)
        n += 1
    assert n > 8


def test_a_fork_shown_between_a_break_and_the_next_look_is_seen(tmp_path):
    log, out = Log(700), tmp_path / "out"
    out.mkdir()
    mirror(out).refresh(Folder(publish(tmp_path / "first", log, 300)))
    with pytest.raises(Unreadable):
        mirror(out).refresh(Counting(publish(tmp_path / "log", log), fail_after=4))
    fork = log.fork(400, 600)
    with pytest.raises(Forked):
        mirror(out).refresh(Folder(publish(tmp_path / "fork", fork)))
    assert (out / "checkpoint").read_text("utf-8") == str(log.note(300))


def test_a_log_that_dropped_its_partial_files_is_copied_from_the_full_ones(tmp_path):
    log, out = Log(700), tmp_path / "out"
    out.mkdir()
    place = publish(tmp_path / "log", log, 600)
    for name in ("0", "entries"):
        (place / f"tile/{name}/002.p/88").unlink()
    full = Log(1000)
    for name in (TileName(0, 2), TileName(None, 2)):
        (place / "tile" / name.path).write_bytes(tile(full, name))
    assert mirror(out).refresh(Folder(place)).new == 600
    check_whole(out, log, 600)


def test_another_logs_checkpoint_and_an_unsigned_one_are_refused(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    stranger = Signer("other.example", 1, bytes(32))
    for log in (Log(5, signer=stranger), Log(5, signer=Signer(LOG.name, 1, bytes(32)))):
        with pytest.raises(BadNote):
            mirror(out).refresh(Folder(publish(tmp_path / "log", log)))
    assert files_of(out) == {}


def test_with_a_policy_only_what_enough_witnesses_cosigned_is_taken(tmp_path):
    log, out = Log(5), tmp_path / "out"
    out.mkdir()
    rules = parse(f"log {VKEY}\nwitness w {vkey(WITNESS.key)}\nquorum w\n")
    place = publish(tmp_path / "log", log)
    with pytest.raises(NoQuorum):
        mirror(out, policy=rules).refresh(Folder(place))
    assert files_of(out) == {}
    plain = log.note()
    more = Note(plain.text, (*plain.signatures, WITNESS.sign(plain.text, 1000)))
    publish(place, log, note=more)
    assert mirror(out, policy=rules).refresh(Folder(place)).new == 5


@given(st.integers(1, 70_000_000))
def test_the_edge_is_the_partial_tiles_of_all(size):
    found = list(edge(size))
    assert [name.level for name in found] == sorted({name.level for name in found})
    assert found[-1].n == 0
    if size < 100_000:
        assert found == [one for one in tiles.of_size(size) if one.width < 256]


class Site:
    """A web server of static files that can misbehave. mode: see `answer`."""

    def __init__(self, folder):
        self.folder, self.mode, self.n, self.n_connections = folder, "plain", 0, 0
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                site.n_connections += 1

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                site.n += 1
                site.answer(self)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/log/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler):
        path = self.folder / handler.path.removeprefix("/log/")
        if not path.is_file():
            handler.send_error(404)
            return
        plain = path.read_bytes()
        zipped = {"Content-Encoding": "gzip"}
        status, data, headers = {
            "gzip": lambda: (200, gzip.compress(plain), zipped),
            "bomb": lambda: (200, gzip.compress(bytes(200_000_000)), zipped),
            "half gzip": lambda: (200, gzip.compress(plain)[:-4], zipped),
            "redirect": lambda: (302, plain, {"Location": "/log/checkpoint"}),
            "error": lambda: (500, plain, {}),
        }.get(self.mode, lambda: (200, plain, {}))()
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if self.mode == "half":
            handler.wfile.write(data[: len(data) // 2])
            handler.wfile.flush()
            handler.connection.close()
            handler.close_connection = True
        elif self.mode == "silent":
            time.sleep(3)
        else:
            handler.wfile.write(data)


@pytest.fixture
def site(tmp_path):
    one = Site(publish(tmp_path / "log", Log(700)))
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.mark.parametrize("mode", ["plain", "gzip"])
def test_a_log_on_the_web_is_copied(site, tmp_path, mode):
    site.mode = mode
    out = tmp_path / "out"
    assert main(["mirror", "--log", site.url, "--vkey", VKEY, "--out", str(out)]) == 0
    check_whole(out, Log(700), 700)
    assert (site.n, site.n_connections) == (8, 1)


@pytest.mark.parametrize("mode", ["half", "half gzip", "bomb", "redirect", "error", "silent"])
def test_a_web_server_that_misbehaves_is_left(site, tmp_path, mode, monkeypatch, capsys):
    monkeypatch.setattr(source, "STEP_S", 0.5)
    site.mode = mode
    out = tmp_path / "out"
    begun = time.monotonic()
    assert main(["mirror", "--log", site.url, "--vkey", VKEY, "--out", str(out)]) == 2
    assert time.monotonic() - begun < 5
    assert files_of(out) == {}
    assert "cannot be read: checkpoint" in capsys.readouterr().err
    assert site.n <= 2


def test_an_address_in_chinese_is_asked_for_and_a_wrong_one_is_no_fault(site):
    with pytest.raises(Missing):
        source.Web(f"{site.url}留痕").get("checkpoint", 100)
    for host in ("a" * 70 + ".invalid", "a..invalid"):
        with pytest.raises(Unreadable):
            source.Web(f"http://{host}/").get("checkpoint", 100)


def test_a_file_missing_on_the_web_is_known_as_missing(site):
    with pytest.raises(Missing):
        source.Web(site.url).get("tile/0/009", 100)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://", "http://a/?q", "ftp://a/"])
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(ValueError):
        source.of(url)


def test_a_lying_log_ends_the_command_with_1_and_says_where_the_evidence_is(tmp_path, capsys):
    log, out = Log(20), tmp_path / "out"
    words = ["mirror", "--vkey", VKEY, "--out", str(out), "--log"]
    assert main([*words, str(publish(tmp_path / "log", log))]) == 0
    fork = publish(tmp_path / "fork", log.fork(3, 30))
    assert main([*words, str(fork), "--every", "1"]) == 1
    assert str(out / "evidence") in capsys.readouterr().err


def test_a_mirror_killed_at_any_moment_goes_on(big, tmp_path):
    out, n = tmp_path / "out", 0
    command = [sys.executable, "-m", "niangjia.witness", "mirror"]
    command += ["--log", str(big), "--vkey", VKEY, "--out", str(out)]
    for delay in (0.3, 0.4, 0.5, 0.6):
        one = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        one.kill()
        n += one.wait() != 0
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LANG": "C"})
    assert done.returncode == 0, done.stderr
    assert n > 0 and "66000" in done.stdout
    assert files_of(out) == files_of(big)


def test_a_file_does_not_fit_is_a_kind_of_unreadable():
    assert str(Unfit("tile/0/001")) == "tile/0/001: the log's files do not fit its checkpoint"
