// The plain ZIP of a pack: each header is rebuilt from name, CRC and size, and compared.
import { sameBytes } from "./canonical.js";

export class BadZip extends Error {
  constructor(code, name = "") {
    super(code);
    this.reason = [code, name];
  }
}

const MAX_BYTES = 512 * 1024 * 1024;
const MAX_NAME = 200;
const [LOCAL, ENTRY, END] = [30, 46, 22];
const DATE = 33; // 1980-01-01
export const NAME = /^(?:README\.txt|[a-z0-9._-]+(?:\/[a-z0-9._-]+)*)$/;
const CHUNK = 1 << 22;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(data, before) {
  let crc = ~before;
  for (let i = 0; i < data.length; i += 1) crc = TABLE[(crc ^ data[i]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Little-endian numbers: pairs of [bytes, value]. */
function packed(...pairs) {
  const found = [];
  for (const [bytes, value] of pairs) {
    for (let i = 0; i < bytes; i += 1) found.push(Math.floor(value / 256 ** i) % 256);
  }
  return found;
}

function headers(raw, crc, size, offset) {
  const shared = [[2, 10], [2, 0], [2, 0], [2, 0], [2, DATE], [4, crc], [4, size], [4, size]];
  const local = packed([4, 0x04034b50], ...shared, [2, raw.length], [2, 0]);
  const rest = [[2, raw.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]];
  const entry = packed([4, 0x02014b50], [2, 20], ...shared, ...rest);
  return [[...local, ...raw], [...entry, ...raw]];
}

function nameOf(raw) {
  const name = String.fromCharCode(...raw);
  const parts = name.split("/");
  const fits = NAME.test(name) && raw.length <= MAX_NAME;
  if (!fits || parts.includes(".") || parts.includes("..")) throw new BadZip("zip_name");
  return name;
}

/** Map of name -> bytes. A generator: yields how many bytes were read. Throws BadZip. */
export function* readZip(data) {
  if (data.length > MAX_BYTES) throw new BadZip("zip_size");
  const end = data.length - END;
  if (end < 0) throw new BadZip("zip_end");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const n = view.getUint16(end + 10, true);
  const listing = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  const disks = [[4, 0x06054b50], [2, 0], [2, 0]];
  const last = packed(...disks, [2, n], [2, n], [4, listing], [4, start], [2, 0]);
  if (!sameBytes(data.subarray(end), last) || n === 0xffff) throw new BadZip("zip_end");
  if (start + listing !== end) throw new BadZip("zip_end");
  const state = { data, view, start, end, at: start, offset: 0, members: new Map() };
  for (let i = 0; i < n; i += 1) yield* readMember(state);
  if (state.at !== end) throw new BadZip("zip_directory");
  if (state.offset !== start) throw new BadZip("zip_gap");
  return state.members;
}

function* readMember(state) {
  const { data, view, start, end, at, offset, members } = state;
  if (at + ENTRY > end) throw new BadZip("zip_directory");
  const crc = view.getUint32(at + 16, true);
  const size = view.getUint32(at + 20, true);
  const n = view.getUint16(at + 28, true);
  if (at + ENTRY + n > end) throw new BadZip("zip_directory");
  const raw = data.subarray(at + ENTRY, at + ENTRY + n);
  const name = nameOf(raw);
  if (members.has(name)) throw new BadZip("zip_duplicate", name);
  const [local, entry] = headers(raw, crc, size, offset);
  if (!sameBytes(data.subarray(at, at + entry.length), entry)) {
    throw new BadZip("zip_directory", name);
  }
  const content = offset + local.length;
  if (!sameBytes(data.subarray(offset, content), local) || content + size > start) {
    throw new BadZip("zip_header", name);
  }
  const found = data.subarray(content, content + size);
  let sum = 0;
  for (let done = 0; done < size; done += CHUNK) {
    const part = found.subarray(done, done + CHUNK);
    sum = crc32(part, sum);
    yield part.length;
  }
  if (sum !== crc) throw new BadZip("zip_crc", name);
  members.set(name, found);
  Object.assign(state, { at: at + entry.length, offset: content + size });
}
