"""A disk that forgets at a power cut: a VFS of SQLite whose writes lie in memory until they are
synced. What is not, is lost, torn or there, as it happens."""

import os
import random

import apsw


class Disk(apsw.VFS):
    """name: of the VFS. cut_at: the write or sync, counted over all files, at which power goes."""

    def __init__(self, name, cut_at, seed):
        self.n, self.cut_at, self.rng = 0, cut_at, random.Random(seed)
        self.files = []
        super().__init__(name, "")
        self.vfs = name

    def xOpen(self, name, flags):
        found = LossyFile(self, name, flags)
        self.files.append(found)
        return found

    def tick(self):
        self.n += 1
        if self.n == self.cut_at:
            for one in self.files:
                one.power_cut(self.rng)
            os._exit(9)


class LossyFile(apsw.VFSFile):
    def __init__(self, disk, name, flags):
        self.disk = disk
        super().__init__("", name, flags)
        self.size = super().xFileSize()
        self.waiting = []  # (offset, bytes), or (size, None) for a truncation

    def xWrite(self, data, offset):
        self.disk.tick()
        self.waiting.append((offset, bytes(data)))
        self.size = max(self.size, offset + len(data))

    def xTruncate(self, size):
        self.disk.tick()
        self.waiting.append((size, None))
        self.size = size

    def xFileSize(self):
        return self.size

    def xRead(self, amount, offset):
        there = super().xFileSize()
        data = bytearray(amount)
        if offset < there:
            kept = super().xRead(min(amount, there - offset), offset)
            data[: len(kept)] = kept
        for at, part in self.waiting:
            if part is None:
                if at < offset + amount:
                    data[max(at - offset, 0) :] = bytes(amount - max(at - offset, 0))
                continue
            first, last = max(at, offset), min(at + len(part), offset + amount)
            if first < last:
                data[first - offset : last - offset] = part[first - at : last - at]
        return bytes(data[: max(min(amount, self.size - offset), 0)])

    def xSync(self, flags):
        self.disk.tick()
        for one in self.waiting:
            self._put(*one)
        self.waiting.clear()
        super().xSync(flags)

    def _put(self, at, part):
        if part is None:
            super().xTruncate(at)
        else:
            super().xWrite(part, at)

    def power_cut(self, rng):
        """Of what waits, some reached the disk, one of it perhaps in half."""
        for at, part in self.waiting:
            chance = rng.random()
            if chance < 0.3:
                self._put(at, part)
            elif chance < 0.4 and part is not None:
                self._put(at, part[: len(part) // 512 // 2 * 512])
