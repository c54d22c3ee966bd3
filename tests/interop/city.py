"""Eight departments of which one runs a witness that is not ours, in a process of its own."""

import subprocess
from pathlib import Path

from tests.witnesses.departments import NAMES, Departments

ROOT = Path(__file__).parents[2]
INTEROP = ROOT / ".setup" / "interop"
THEIRS = NAMES[7]


class OtherWitness:
    """aics-witness with a key of its own, trusting one log. vkey: what it publishes."""

    name = "w8.example"

    def __init__(self, folder, log_vkey):
        folder.mkdir(parents=True)
        self._config = folder / "witness.json"
        self.vkey = self.run("init", "--name", self.name, "--listen", "127.0.0.1:0").strip()
        self.run("add-log", "--origin", log_vkey.split("+")[0], "--vkey", log_vkey)
        self._process = None

    def _command(self, verb, *words):
        program = INTEROP / "venv" / "bin" / "aics-witness"
        return [str(program), verb, "--config", str(self._config), *words]

    def run(self, verb, *words):
        """Output of one of its commands."""
        done = subprocess.run(self._command(verb, *words), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        """It serves; its address."""
        self._process = subprocess.Popen(
            self._command("serve"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for line in self._process.stderr:
            if "listening on " in line:
                return line.split("listening on ")[1].split(" ")[0].rstrip("/")
        raise AssertionError("aics-witness ended at once")

    def stop(self):
        if self._process is not None:
            self._process.terminate()
            self._process.communicate(timeout=10)
            self._process = None


class MixedCity(Departments):
    """Seven witnesses of ours, one of theirs."""

    def __init__(self, folder, vkey):
        super().__init__(folder, vkey, n=7)
        self.other = OtherWitness(folder / "other", vkey)
        self.ours, self.names = self.names, (*self.names, THEIRS)
        self._address = ""

    def vkeys(self, name):
        return [self.other.vkey] if name == THEIRS else super().vkeys(name)

    def url(self, name):
        return self._address if name == THEIRS else super().url(name)

    def start(self, *names):
        wanted = names or self.names
        if ours := [name for name in wanted if name != THEIRS]:
            super().start(*ours)
        if THEIRS in wanted and not self._address:
            self._address = self.other.start()

    def stop(self, *names):
        wanted = names or self.names
        super().stop(*[name for name in wanted if name != THEIRS] or [THEIRS])
        if THEIRS in wanted:
            self.other.stop()
            self._address = ""
