"""A pack taken apart, so that a test can change it and put it together again."""

import json
from hashlib import sha256

from niangjia.lib import canonical
from niangjia.witness.verify import Outside
from tests.verify import raw_zip
from tests.verify.world import NOW


class Draft:
    """members: name -> bytes. manifest: its value. given: what the verifier gets from outside."""

    def __init__(self, pack, world):
        self.world = world
        self.members = dict(raw_zip.read(pack))
        self.manifest = json.loads(self.members.pop("manifest.json"))
        self.given = {"policy": world.policy.encode(), "now": NOW}
        self.raw_manifest = None

    def relist(self):
        """The manifest lists what is there: the mutation is to be found elsewhere."""
        files = {name: sha256(data).hexdigest() for name, data in self.members.items()}
        self.manifest["files"] = files

    def change(self, name, edit):
        """`edit` the bytes of a member and list the new hash."""
        self.members[name] = edit(self.members[name])
        self.manifest["files"][name] = sha256(self.members[name]).hexdigest()

    def change_json(self, name, edit):
        """`edit` the value of a member in place."""
        value = json.loads(self.members[name])
        edit(value)
        self.change(name, lambda _data: canonical.encode(value, limit=None))

    def replace_checkpoint(self, text):
        """Another note, in the proofs too."""
        before = self.members["checkpoint"]
        after = text if isinstance(text, bytes) else text.encode()
        for name in self.members:
            if name.startswith("proofs/"):
                self.change(name, lambda data: data.replace(before, after))
        self.change("checkpoint", lambda _data: after)

    def replace_policy(self, text):
        """Another policy, that the reader holds too: only what it says is in question."""
        after = text if isinstance(text, bytes) else text.encode()
        self.members["policy"] = after
        self.manifest["policy_sha256"] = sha256(after).hexdigest()
        self.given["policy"] = after
        self.relist()

    def items(self):
        raw = self.raw_manifest
        raw = canonical.encode(self.manifest, limit=None) if raw is None else raw
        return [raw_zip.item(name, data) for name, data in (("manifest.json", raw), *self.rest())]

    def rest(self):
        return self.members.items()

    def bytes(self):
        return raw_zip.join(self.items())

    @property
    def outside(self):
        return Outside(**self.given)
