"""A whole disk put back: the log still has what this key signed, and serve asks it."""

import http.server
import shutil
import threading

import pytest

from niangjia.lib.tlog.note import Note, with_lines
from niangjia.witness import identity, own_past, serve_command
from niangjia.witness.cli import main
from niangjia.witness.rules import Known, Tree
from niangjia.witness.state import State, Unusable
from niangjia.witness.tests.city import LOG, ORIGIN, Log

TEN = Log(10)
SEVEN = Known({ORIGIN: Tree(7, TEN.head(7).root)}, last_at=1000)


def served(folder, log, size, at):
    note = log.note(size)
    lines = [one.sign(note.text, at) for one in identity.read(folder).signers]
    return str(with_lines(note, lines)).encode()


@pytest.mark.parametrize(("size", "at"), [(7, 1000), (6, 999)])
def test_what_the_state_knows_is_no_surprise(folder, size, at):
    own_past.check(served(folder, TEN, size, at), ORIGIN, identity.read(folder), SEVEN)


@pytest.mark.parametrize(
    ("log", "size", "at"),
    [(TEN, 10, 900), (TEN, 7, 1001), (TEN, 6, 1001), (TEN.fork(5, 2), 7, 900)],
)
def test_a_cosignature_that_the_state_does_not_know_is_unusable(folder, log, size, at):
    with pytest.raises(Unusable, match="does not know"):
        own_past.check(served(folder, log, size, at), ORIGIN, identity.read(folder), SEVEN)


def test_a_larger_size_without_our_lines_says_nothing(folder):
    own_past.check(str(TEN.note(10)).encode(), ORIGIN, identity.read(folder), SEVEN)


@pytest.fixture
def log_site(tmp_path):
    """serve(bytes) -> address of a log that shows them as its checkpoint."""
    shown = [b""]

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_GET(self):
            self.send_response(200 if self.path == "/checkpoint" else 404)
            self.end_headers()
            self.wfile.write(shown[0])

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def show(data):
        shown[0] = data
        return f"http://127.0.0.1:{server.server_port}"

    yield show
    server.shutdown()
    server.server_close()


@pytest.fixture
def started(monkeypatch):
    """Instead of serving until the end: how often it came that far."""
    found = []
    monkeypatch.setattr(serve_command, "run", lambda server, port_file: found.append(server))
    return found


def with_url(folder, url):
    opened = State(folder, identity.read(folder))
    with opened.transaction():
        opened.trust(LOG.key, url)
    opened.close()
    return ["serve", "--dir", str(folder), "--port", "0"]


def test_serve_refuses_a_whole_folder_put_back_in_its_place(
    folder, tmp_path, log_site, started, capsys
):
    request = tmp_path / "request"
    shutil.copytree(folder, tmp_path / "old")
    request.write_bytes(TEN.request(0, 7))
    assert main(["cosign", "--dir", str(folder), str(request), "--out", str(tmp_path / "o")]) == 0
    lines = (tmp_path / "o").read_bytes()
    for name in ("state.db", "seen"):  # the same inodes, as a disk's image has them
        with (folder / name).open("r+b") as file:
            file.truncate()
            file.write((tmp_path / "old" / name).read_bytes())
    words = with_url(folder, log_site(str(TEN.note(7)).encode() + lines))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(words) == 4
    assert "this key must not be used again" in capsys.readouterr().err
    assert started == []
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_serve_goes_on_when_the_log_cannot_be_reached_and_says_so(folder, started, capsys):
    assert main(with_url(folder, "http://127.0.0.1:9")) == 0
    assert len(started) == 1 and "cannot be reached" in capsys.readouterr().err


@pytest.mark.parametrize("data", [b"", b"<html>", str(TEN.note(7)).encode()[:-5]])
def test_serve_goes_on_when_the_log_shows_no_checkpoint_and_says_so(
    folder, log_site, started, capsys, data
):
    assert main(with_url(folder, log_site(data))) == 0
    assert len(started) == 1 and "not compared" in capsys.readouterr().err


def test_a_false_line_of_ours_is_no_proof_against_us(folder, log_site, started, capsys):
    note = TEN.note(10)
    line = identity.read(folder).signers[0].sign(TEN.head(7).text, 5000)
    false = Note(note.text, (*note.signatures, line))
    assert main(with_url(folder, log_site(str(false).encode()))) == 0
    assert len(started) == 1 and "not compared" in capsys.readouterr().err


def test_a_key_that_others_can_read_is_warned_about(folder, started, capsys):
    (folder / "key").chmod(0o644)
    assert main(["serve", "--dir", str(folder), "--port", "0"]) == 0
    assert "chmod 600" in capsys.readouterr().err
