"""The department's key holder: over HTTP, in its folder, at its command line."""

import http.client
import json
import threading

import pytest

from niangjia.lib import voprf
from niangjia.witness.holder import cli
from niangjia.witness.holder.keys import Folder
from niangjia.witness.holder.server import HolderServer

LABEL = "assistance_ledger-2020"
ELEMENT = voprf.blind(b"a", bytes([7]) + bytes(31)).element


@pytest.fixture
def folder(tmp_path):
    found = Folder(tmp_path / "holder", per_day=5)
    found.make(LABEL)
    return found


@pytest.fixture
def ask(folder):
    """ask(method, path, body, token) -> (status, body)."""
    server = HolderServer(("127.0.0.1", 0), folder)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def one(method, path, body=None, token=None):
        line = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        shown = folder.token() if token is None else token
        line.request(method, path, body, {"Authorization": f"Bearer {shown}"})
        found = line.getresponse()
        data = found.read()
        line.close()
        return found.status, data

    yield one
    server.shutdown()
    server.server_close()


def test_a_batch_is_evaluated_under_the_public_key(ask, folder):
    _status, told = ask("GET", "/keys")
    public = bytes.fromhex(json.loads(told)[0]["public"])
    asked = [voprf.blind(b"a"), voprf.blind(b"b")]
    status, body = ask("POST", f"/evaluate/{LABEL}", b"".join(one.element for one in asked))
    assert status == 200
    found = voprf.Evaluated((body[:32], body[32:64]), body[64:])
    assert len(voprf.finish(public, asked, found)) == 2
    assert folder.held(LABEL).n_used == 2


@pytest.mark.parametrize(
    ("path", "body", "token", "status"),
    [
        (f"/evaluate/{LABEL}", b"x" * 32, "wrong", 401),
        (f"/evaluate/{LABEL}", b"x" * 32, "", 401),
        (f"/evaluate/{LABEL}", b"\xff" * 32, None, 400),
        (f"/evaluate/{LABEL}", b"", None, 400),
        (f"/evaluate/{LABEL}", b"x" * 33, None, 400),
        (f"/evaluate/{LABEL}", b"x" * 32_032, None, 413),
        ("/evaluate/other-2020", ELEMENT, None, 404),
        ("/evaluate/../token", ELEMENT, None, 404),
        ("/other", b"", None, 404),
    ],
)
def test_what_is_refused_counts_nothing(ask, folder, path, body, token, status):
    assert ask("POST", path, body, token)[0] == status
    assert folder.held(LABEL).n_used == 0


def test_the_keys_are_shown_to_the_platform_alone(ask):
    assert ask("GET", "/keys", token="wrong")[0] == 401
    assert ask("GET", "/healthz", token="wrong")[0] == 200


def test_no_more_than_a_days_elements(ask, folder):
    body = b"".join(voprf.blind(bytes([n])).element for n in range(3))
    assert ask("POST", f"/evaluate/{LABEL}", body)[0] == 200
    assert ask("POST", f"/evaluate/{LABEL}", body)[0] == 429
    assert Folder(folder.path).held(LABEL).n_today == 3


def test_a_destroyed_key_evaluates_no_more_and_is_never_made_again(ask, folder, capsys):
    public = folder.held(LABEL).public
    words = ["--dir", str(folder.path), "--programme", "assistance_ledger", "--year", "2020"]
    assert cli.main(["destroy", *words, "--yes"]) == 0
    held = folder.held(LABEL)
    assert held.public == public and held.gone_at
    assert not list(folder.path.glob("*.key"))
    assert ask("POST", f"/evaluate/{LABEL}", voprf.blind(b"a").element)[0] == 410
    assert cli.main(["destroy", *words, "--yes"]) == 3
    assert cli.main(["keygen", *words]) == 3
    assert "destroyed" in capsys.readouterr().out


def test_a_destruction_asks_for_the_name_first(folder, monkeypatch):
    words = ["--dir", str(folder.path), "--programme", "assistance_ledger", "--year", "2020"]
    monkeypatch.setattr("builtins.input", lambda _text: "yes")
    assert cli.main(["destroy", *words]) == 3
    assert folder.held(LABEL).gone_at == ""
    monkeypatch.setattr("builtins.input", lambda _text: LABEL)
    assert cli.main(["destroy", *words]) == 0
    assert folder.held(LABEL).gone_at


@pytest.mark.parametrize("label", ["x", "A-2020", "a/b-2020", "../a-2020", "a-20", "a-20200"])
def test_a_name_that_is_none_makes_no_key(tmp_path, label):
    with pytest.raises(ValueError, match=label.replace(".", r"\.")):
        Folder(tmp_path / "new").make(label)
    assert not (tmp_path / "new").exists()


def test_keys_and_token_are_for_the_department_alone(folder):
    modes = {one.name: one.stat().st_mode & 0o777 for one in folder.path.iterdir()}
    assert modes == {"token": 0o600, f"{LABEL}.key": 0o600}
