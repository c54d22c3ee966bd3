"""aics-witness's client feeds a witness of ours; run in its own environment.

feeder.py URL VKEY CHECKPOINT OLD PROOF...: prints one JSON object: the lines that it accepted, or
how it understood the refusal. OLD: the size it starts from; `proof`: hex, from a JSON file of
old size -> hashes, used also where the witness answers with another size.
"""

import json
import sys
from pathlib import Path

from aics_witness.feeder import WitnessAhead, WitnessClient, WitnessConflict, WitnessRejected


def main(url, vkey, checkpoint, old, proofs):
    known = json.loads(Path(proofs).read_text())
    asked = []

    def proof(size, _new):
        asked.append(size)
        return [bytes.fromhex(one) for one in known[str(size)]]

    with WitnessClient(url, vkey, max_attempts=1) as client:
        try:
            lines = client.submit(Path(checkpoint).read_bytes(), proof, old_size=int(old))
            return {"lines": lines, "asked": asked}
        except WitnessAhead as error:
            return {"ahead": error.known_size}
        except WitnessConflict as error:
            return {"conflict": error.known_size}
        except WitnessRejected as error:
            return {"status": error.status}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
