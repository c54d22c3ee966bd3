"""Both verifiers on one case: they must give the same bytes."""

import base64
import json
import subprocess
from pathlib import Path

from niangjia.witness import verify

HERE = Path(__file__).parent


def _text(data):
    return None if data is None else base64.b64encode(data).decode()


class Both:
    """Keeps one node process; needs node, as set-up does."""

    def __init__(self):
        self.n = 0
        self.node = subprocess.Popen(
            ["node", str(HERE / "answers.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def close(self):
        self.node.stdin.close()
        self.node.wait(timeout=30)

    def __call__(self, pack, outside):
        """The answer, as a value. Fails if the two differ in a byte."""
        result, _checker = verify.verify_pack(memoryview(pack), outside)
        one = {name: _text(getattr(outside, name)) for name in ("policy", "known", "older")}
        one |= {"policy_sha256": outside.policy_sha256, "now": outside.now, "pack": _text(pack)}
        self.node.stdin.write(json.dumps(one).encode() + b"\n")
        self.node.stdin.flush()
        answer = self.node.stdout.readline().removesuffix(b"\n")
        self.n += 1
        assert verify.dump(result) == answer, (verify.dump(result), answer)
        return result
