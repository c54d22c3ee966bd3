"""Eight departments with a witness each, in one process; and witnesses that lie."""

import contextlib
import http.server
import io
import threading

from niangjia.blocks.ledger.submitting import SUBMITTER
from niangjia.lib.tlog import keys
from niangjia.witness import cli, identity
from niangjia.witness.cosigner import Witness
from niangjia.witness.server import WitnessServer

NAMES = tuple(f"示例{n}局" for n in "一二三四五六七八")


class Departments:
    """The witnesses' folders below `folder`; `vkey`: of the log that they cosign."""

    def __init__(self, folder, vkey, n=8):
        self.folder, self.vkey = folder, vkey
        self.names = NAMES[:n]
        self.parts, self.ports = {}, {}
        self.folders = {name: folder / f"w{i}" for i, name in enumerate(self.names, 1)}
        for i, name in enumerate(self.names, 1):
            self.run("keygen", "--dir", self.folders[name], "--name", f"w{i}.example")
            self.run("trust", "--dir", self.folders[name], "--log", vkey)

    def run(self, *words):
        """One command of the witness's program, in this process; its output."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert cli.main([str(word) for word in words]) == 0, out.getvalue()
        return out.getvalue()

    def vkeys(self, name):
        return identity.read(self.folders[name]).vkeys

    def policy(self, quorum=5, number=0):
        """Text of the policy over `number` of the vkeys: 0 Ed25519, 1 ML-DSA-44."""
        lines = [f"log {self.vkey}"]
        for i, name in enumerate(self.names, 1):
            lines += [f"witness key{i} {self.vkeys(name)[number]}", f"group {name} any key{i}"]
        lines += [f"group joint {quorum} {' '.join(self.names)}", "quorum joint"]
        return "\n".join(lines) + "\n"

    def start(self, *names):
        """The witnesses of these departments (all) serve, each on a port that it keeps."""
        for name in names or self.names:
            if name not in self.parts:
                witness = Witness(self.folders[name])
                server = WitnessServer(("127.0.0.1", self.ports.get(name, 0)), {"": witness})
                thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
                thread.start()
                self.parts[name] = (server, thread, witness)
                self.ports[name] = server.server_port

    def url(self, name):
        return f"http://127.0.0.1:{self.ports[name]}"

    def stop(self, *names):
        for name in names or tuple(self.parts):
            if name in self.parts:
                server, thread, witness = self.parts.pop(name)
                server.shutdown()
                server.server_close()
                thread.join()
                witness.close()
        for line in SUBMITTER._lines.values():  # as the end of a process does
            line.close()


class Liar:
    """An HTTP server that answers each request with what `answer(path, body)` gives:
    (status, headers, body)."""

    def __init__(self, answer):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append((self.path, body))
                status, headers, data = answer(self.path, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET = _any

            def log_message(self, *_args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def log_vkey(log):
    from niangjia.blocks.ledger.policies import log_signer

    return keys.vkey(log_signer(log).key)
