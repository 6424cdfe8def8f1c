// What was chosen for the meeting and has not come back as its setting yet.

export class Wanted {
  #value = "";

  /** The one of `all` after what was chosen last; after what holds, where nothing is on its way. */
  next(all, holds) {
    return all[(all.indexOf(this.#value || holds) + 1) % all.length];
  }

  choose(value) {
    this.#value = value;
  }

  /** It did not go up, or was refused. */
  forget() {
    this.#value = "";
  }

  /** True once: what was chosen holds now. */
  came(holds) {
    const here = this.#value !== "" && this.#value === holds;
    if (here) this.#value = "";
    return here;
  }
}
