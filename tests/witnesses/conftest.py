"""A log that eight departments witness, and a time-stamping authority of the tests' own."""

import http.server
import subprocess
import threading

import pytest

from niangjia.blocks.ledger import client, opening, services
from niangjia.blocks.ledger.tests.test_ledger import fact, record, sequence
from tests.witnesses.departments import Departments, log_vkey
from tests.witnesses.state import SYSTEM

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
[ext]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


class Authority:
    """Answers over loopback with openssl's own `ts`."""

    def __init__(self, folder):
        self.folder, self.n_asked = folder, 0
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *(
                "-keyout",
                "tsa.key",
                "-out",
                "tsa.pem",
                "-days",
                "30",
                "-subj",
                "/CN=tsa",
            ),
            *("-addext", "extendedKeyUsage=critical,timeStamping"),
        )
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                outer.n_asked += 1
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                (outer.folder / "asked.tsq").write_bytes(asked)
                outer._openssl(
                    *("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "asked.tsq"),
                    *("-out", "reply.tsr"),
                )
                self.send_response(200)
                self.end_headers()
                self.wfile.write((outer.folder / "reply.tsr").read_bytes())

            def log_message(self, *_args):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def holds(self, reply):
        """True if openssl verifies the reply over what was asked."""
        (self.folder / "kept.tsr").write_bytes(reply)
        words = ["openssl", "ts", "-verify", "-queryfile", "asked.tsq", "-in", "kept.tsr"]
        words += ["-CAfile", "tsa.pem"]
        done = subprocess.run(words, cwd=self.folder, capture_output=True)
        return done.returncode == 0


@pytest.fixture
def authority(tmp_path):
    found = Authority(tmp_path)
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """On a busy machine a witness of the tests may need longer than a real one is given."""
    monkeypatch.setattr(client, "TIMEOUT_S", 15.0)


@pytest.fixture
def city(tmp_path):
    """Eight departments trusted by a log of one entry; their witnesses are not running yet."""
    record(fact(0, subject="test:first"))
    sequence()
    found = Departments(tmp_path, log_vkey(opening.newest_log()))
    services.policy_set(
        SYSTEM,
        text=found.policy(),
        text_ml_dsa=found.policy(number=1),
        resolution="联席会议〔2020〕1号",
    )
    sequence()
    yield found
    found.stop()
