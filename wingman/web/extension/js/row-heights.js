// Heights of many rows, most of which were never laid out: sums and look-ups in logarithmic time. Pure.

/** A Fenwick tree over row heights in pixels; a row that was not measured counts with the estimate. */
export class RowHeights {
  /** @param {number} estimate height of a row that was not measured yet */
  constructor(estimate) {
    this.estimate = estimate;
    /** @type {number[]} */
    this.heights = [];
    /** @type {number[]} */
    this.tree = [0];
  }

  get length() {
    return this.heights.length;
  }

  /** Add rows at the end until there are `count`, or drop those beyond it. */
  resize(count) {
    if (count < this.length) {
      const kept = this.heights.slice(0, count);
      this.heights = [];
      this.tree = [0];
      for (const height of kept) this.#push(height);
    }
    while (this.length < count) this.#push(this.estimate);
  }

  /** @returns {number} by how much the height of row `at` changed */
  set(at, height) {
    const change = height - this.heights[at];
    if (change === 0) return 0;
    this.heights[at] = height;
    for (let i = at + 1; i < this.tree.length; i += i & -i) this.tree[i] += change;
    return change;
  }

  /** Where row `at` begins, in pixels from the first row's top. */
  top(at) {
    let sum = 0;
    for (let i = at; i > 0; i -= i & -i) sum += this.tree[i];
    return sum;
  }

  get total() {
    return this.top(this.length);
  }

  /** The row at `y`; the last one where `y` lies below them all, -1 where there is none. */
  at(y) {
    let position = 0;
    let rest = Math.max(0, y);
    let step = 1;
    while (step * 2 < this.tree.length) step *= 2;
    for (; step > 0; step = Math.floor(step / 2)) {
      const next = position + step;
      if (next < this.tree.length && this.tree[next] <= rest) {
        position = next;
        rest -= this.tree[next];
      }
    }
    return Math.min(position, this.length - 1);
  }

  #push(height) {
    this.heights.push(height);
    const i = this.heights.length;
    // A node of the tree holds the sum of the last `i & -i` rows
    let sum = height;
    for (let j = i - 1; j > i - (i & -i); j -= j & -j) sum += this.tree[j];
    this.tree.push(sum);
  }
}
