// A QR code (ISO/IEC 18004) of a short text: byte mode, error correction level M, versions 1 to 13.

/** Per version: [data codewords, error correction codewords per block, number of blocks], level M. */
const LAYOUT = [
  [0, 0, 0], // there is no version 0
  [16, 10, 1],
  [28, 16, 1],
  [44, 26, 1],
  [64, 18, 2],
  [86, 24, 2],
  [108, 16, 4],
  [124, 18, 4],
  [154, 22, 4],
  [182, 22, 5],
  [216, 26, 5],
  [254, 30, 5],
  [290, 22, 8],
  [334, 22, 9],
];
const LEVEL_M = 0b00;

const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i++) {
  EXP[i] = EXP[i + 255] = x;
  LOG[x] = i;
  x = (x << 1) ^ (x & 0x80 ? 0x11d : 0);
}

/** @returns {boolean[][]} rows of modules, true is dark; throws RangeError when the text is too long */
export function qrCode(text) {
  const bytes = new TextEncoder().encode(text);
  const version = LAYOUT.findIndex(
    (layout, v) => layout[0] * 8 >= 4 + countBits(v) + 8 * bytes.length,
  );
  if (version < 0) throw new RangeError("the text is too long for a QR code of this size");
  const codewords = interleaved(dataCodewords(bytes, version), version);
  const plain = new Grid(version);
  plain.place(codewords);
  const masked = [0, 1, 2, 3, 4, 5, 6, 7].map((mask) => plain.masked(mask));
  const scores = masked.map(penalty);
  return masked[scores.indexOf(Math.min(...scores))];
}

const countBits = (version) => (version < 10 ? 8 : 16);

function dataCodewords(bytes, version) {
  const [capacity] = LAYOUT[version];
  const bits = [];
  const put = (value, length) => {
    for (let i = length - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  put(0b0100, 4);
  put(bytes.length, countBits(version));
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, capacity * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const words = [];
  for (let i = 0; i < bits.length; i += 8)
    words.push(bits.slice(i, i + 8).reduce((byte, bit) => (byte << 1) | bit, 0));
  for (let pad = 0xec; words.length < capacity; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

/** Split into blocks, add error correction, and interleave. The later blocks hold one word more. */
function interleaved(data, version) {
  const [capacity, correction, count] = LAYOUT[version];
  const short = Math.floor(capacity / count);
  const longOnes = capacity % count;
  const blocks = [];
  for (let i = 0, at = 0; i < count; i++) {
    const length = short + (i >= count - longOnes ? 1 : 0);
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const checks = blocks.map((block) => remainder(block, correction));
  const out = [];
  for (let i = 0; i <= short; i++) for (const block of blocks) if (i < block.length) out.push(block[i]);
  for (let i = 0; i < correction; i++) for (const check of checks) out.push(check[i]);
  return out;
}

/** Reed-Solomon check words of `block` over GF(256). */
function remainder(block, degree) {
  let generator = [1];
  for (let i = 0; i < degree; i++) {
    const next = new Array(generator.length + 1).fill(0);
    generator.forEach((c, j) => {
      next[j] ^= c;
      next[j + 1] ^= multiply(c, EXP[i]);
    });
    generator = next;
  }
  const rest = new Array(degree).fill(0);
  for (const word of block) {
    const factor = word ^ rest.shift();
    rest.push(0);
    for (let j = 0; j < degree; j++) rest[j] ^= multiply(generator[j + 1], factor);
  }
  return rest;
}

const multiply = (a, b) => (a && b ? EXP[LOG[a] + LOG[b]] : 0);

const MASKS = [
  (y, x) => (y + x) % 2 === 0,
  (y) => y % 2 === 0,
  (y, x) => x % 3 === 0,
  (y, x) => (y + x) % 3 === 0,
  (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (y, x) => ((y * x) % 2) + ((y * x) % 3) === 0,
  (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2 === 0,
  (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2 === 0,
];

/** The matrix: `fixed` marks the modules that carry patterns, not data. */
class Grid {
  constructor(version) {
    this.version = version;
    this.size = 17 + 4 * version;
    this.dark = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.fixed = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.#patterns();
  }

  place(codewords) {
    const bit = (i) => ((codewords[i >> 3] >> (7 - (i & 7))) & 1) === 1;
    let i = 0;
    let upward = true;
    for (let right = this.size - 1; right > 0; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++) {
        const y = upward ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.fixed[y][x]) continue;
          this.dark[y][x] = i < codewords.length * 8 && bit(i);
          i += 1;
        }
      }
      upward = !upward;
    }
  }

  /** The rows with `mask` applied and written into the format information. */
  masked(mask) {
    const rows = this.dark.map((row, y) =>
      row.map((dark, x) => (this.fixed[y][x] ? dark : dark !== MASKS[mask](y, x))),
    );
    const bits = bch((LEVEL_M << 3) | mask, 10, 0b10100110111) ^ 0b101010000010010;
    const at = (i) => ((bits >> i) & 1) === 1;
    const n = this.size;
    for (let i = 0; i < 15; i++) {
      const [y, x] = i < 6 ? [i, 8] : i < 8 ? [i + 1, 8] : i === 8 ? [8, 7] : [8, 14 - i];
      rows[y][x] = at(i);
      if (i < 8) rows[8][n - 1 - i] = at(i);
      else rows[n - 15 + i][8] = at(i);
    }
    return rows;
  }

  #set(y, x, dark) {
    this.dark[y][x] = dark;
    this.fixed[y][x] = true;
  }

  #patterns() {
    const n = this.size;
    for (let i = 0; i < n; i++) {
      this.#set(6, i, i % 2 === 0);
      this.#set(i, 6, i % 2 === 0);
    }
    for (const [y, x] of [
      [3, 3],
      [3, n - 4],
      [n - 4, 3],
    ])
      this.#finder(y, x);
    const centres = alignmentCentres(this.version, n);
    for (const y of centres) for (const x of centres) if (!this.#atFinder(y, x)) this.#alignment(y, x);
    for (let i = 0; i < 9; i++) {
      if (i !== 6) {
        this.#set(8, i, false);
        this.#set(i, 8, false);
      }
      if (i < 8) {
        this.#set(8, n - 1 - i, false);
        this.#set(n - 1 - i, 8, false);
      }
    }
    this.#set(n - 8, 8, true);
    if (this.version >= 7) this.#versionBits();
  }

  #finder(cy, cx) {
    for (let dy = -4; dy <= 4; dy++)
      for (let dx = -4; dx <= 4; dx++) {
        const [y, x] = [cy + dy, cx + dx];
        const ring = Math.max(Math.abs(dy), Math.abs(dx));
        if (y >= 0 && x >= 0 && y < this.size && x < this.size) this.#set(y, x, ring !== 2 && ring !== 4);
      }
  }

  #alignment(cy, cx) {
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) this.#set(cy + dy, cx + dx, Math.max(Math.abs(dy), Math.abs(dx)) !== 1);
  }

  #atFinder(y, x) {
    const near = (v) => v < 10;
    const far = (v) => v > this.size - 11;
    return (near(y) && (near(x) || far(x))) || (far(y) && near(x));
  }

  #versionBits() {
    const bits = bch(this.version, 12, 0b1111100100101);
    for (let i = 0; i < 18; i++) {
      const dark = ((bits >> i) & 1) === 1;
      const [a, b] = [Math.floor(i / 3), this.size - 11 + (i % 3)];
      this.#set(a, b, dark);
      this.#set(b, a, dark);
    }
  }
}

function alignmentCentres(version, size) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((size - 13) / (2 * count - 2)) * 2;
  const centres = [6];
  for (let at = size - 7; centres.length < count; at -= step) centres.splice(1, 0, at);
  return centres;
}

/** `value` followed by its BCH check bits. */
function bch(value, bits, generator) {
  let rest = value << bits;
  const length = (v) => 32 - Math.clz32(v);
  while (length(rest) >= length(generator)) rest ^= generator << (length(rest) - length(generator));
  return (value << bits) | rest;
}

function penalty(rows) {
  const n = rows.length;
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let score = 0;
  for (const line of [...rows, ...columns]) score += linePenalty(line);
  for (let y = 1; y < n; y++)
    for (let x = 1; x < n; x++) {
      const dark = rows[y][x];
      if (rows[y - 1][x] === dark && rows[y][x - 1] === dark && rows[y - 1][x - 1] === dark) score += 3;
    }
  const dark = rows.flat().filter(Boolean).length;
  return score + 10 * Math.floor(Math.abs((dark * 20) / (n * n) - 10));
}

function linePenalty(line) {
  let score = 0;
  let run = 1;
  for (let i = 1; i <= line.length; i++) {
    if (i < line.length && line[i] === line[i - 1]) run += 1;
    else {
      if (run >= 5) score += run - 2;
      run = 1;
    }
  }
  const text = line.map((dark) => (dark ? "1" : "0")).join("");
  for (const pattern of ["10111010000", "00001011101"])
    for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) score += 40;
  return score;
}
