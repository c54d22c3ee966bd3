"""A sheet of 200,000 rows goes through the real command: taken whole, in bounded memory."""

import json
import time

import psutil
import pytest
from bench.workbook import write

from tests.concurrency import site as sites

N = 200_000
MEMORY_BYTES = 400 * 1024 * 1024
WITHIN_S = 900  # a hang, not a goal: speed is measured in bench


def memory(process):
    """Bytes held by the command and its children together (shared pages counted once)."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_full_info().pss
        except psutil.Error:
            continue
    return total


@pytest.mark.slow
def test_200_000_rows_are_taken_within_memory_and_time(template, tmp_path):
    site = sites.copy_of(template, tmp_path / "home")
    path = tmp_path / "large.xlsx"
    write(path, N)
    start, most = time.monotonic(), 0
    process = site.command("purchases", "import", path, "--as", "city", "--json", wait=False)
    seen = psutil.Process(process.pid)
    while process.poll() is None and time.monotonic() - start < WITHIN_S:
        most = max(most, memory(seen))
        time.sleep(0.5)
    took = time.monotonic() - start
    if process.poll() is None:
        process.kill()
    out, err = process.communicate()
    assert process.returncode == 0, f"{took:.0f} s, {most / 2**20:.0f} MB: {err}"
    assert json.loads(out)["accepted_rows"] == N
    assert most < MEMORY_BYTES, f"{most / 2**20:.0f} MB"
