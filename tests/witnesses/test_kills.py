"""kill -9 of writer, sequencer and witnesses at random moments: no fact that was acknowledged is
lost or doubled, and no witness ever cosigned another tree."""

import json
import os

import pytest

from tests.concurrency import site as sites

pytestmark = [pytest.mark.both, pytest.mark.slow]
DRILL = "import sys; from tests.witnesses import drill; drill.main(*sys.argv[1:])"
N_KILLS = int(os.environ.get("NIANGJIA_KILLS", "200"))


def test_killed_at_random_nothing_is_lost_doubled_or_forked(migrated, tmp_path):
    site = sites.copy_of(migrated, tmp_path / "home")
    process = site.start(DRILL, tmp_path, N_KILLS, 4)
    out, err = process.communicate(timeout=1200)
    assert process.returncode == 0, err
    found = json.loads(out.splitlines()[-1])
    print("\n", found)
    assert (found["lost"], found["doubled"], found["forks"], found["faults"]) == (0, 0, 0, [])
    assert found["served"] == found["size"] > found["told"] > N_KILLS
    assert found["sizes_seen"] > 3 and found["witnesses"] == 8
