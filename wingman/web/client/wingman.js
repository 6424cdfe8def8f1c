// A client for browsers, Node 20 and others with fetch: the methods of the Python one, under the same names.
//
//   import { Client } from "http://127.0.0.1:8710/static/client/wingman.js";
//   const wingman = new Client("http://127.0.0.1:8710", token);
//   const { id } = await wingman.create({ title: "Renewal with Acme" });
//   for await (const { type, data } of wingman.events(id)) console.log(type, data);

/** A refusal, in the service's own sentence. */
export class WingmanError extends Error {
  /** @param {string} detail @param {number} status @param {string} field which field was wrong; often empty */
  constructor(detail, status, field = "") {
    super(detail);
    this.name = "WingmanError";
    this.status = status;
    this.field = field;
  }
}

const FIRST_WAIT = 100;
const LONGEST_WAIT = 5000;
/** How long a service that says "in a moment" is asked again: a meeting may be moving from one node to another. */
const PATIENCE = 15_000;
/** What says which node tells it. */
const TELLS_EPOCH = new Set(["stream.caught_up", "stream.reset", "meeting.moved"]);

/** One service. Every refusal is a `WingmanError`; a service that cannot be reached is fetch's own `TypeError`. */
export class Client {
  #url;
  #token;

  /** @param {string} url the service's address @param {string} token a grant's token */
  constructor(url, token) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  /** Start a meeting. @param {Record<string, unknown>} spec its title, playbook, language, brief, …; `source: "sample"` */
  create(spec = {}) {
    return this.#json("POST", "/api/meetings", spec);
  }

  /** Newest first. @returns {Promise<any[]>} */
  async meetings(limit = 50, before = "") {
    return (await this.#json("GET", `/api/meetings?${new URLSearchParams({ limit: String(limit), before })}`)).meetings;
  }

  /** Where all these words were said, shown or noted. @param {string} words @returns {Promise<any[]>} */
  async search(words, limit = 50) {
    return (await this.#json("GET", `/api/meetings?${new URLSearchParams({ q: words, limit: String(limit) })}`)).hits;
  }

  /** @param {string} meeting */
  status(meeting) {
    return this.#json("GET", one(meeting));
  }

  /** @param {string} meeting */
  pause(meeting) {
    return this.#json("POST", one(meeting, "/pause"));
  }

  /** @param {string} meeting */
  resume(meeting) {
    return this.#json("POST", one(meeting, "/resume"));
  }

  /** @param {string} meeting */
  end(meeting) {
    return this.#json("POST", one(meeting, "/end"));
  }

  /** Remove every trace of a meeting. @param {string} meeting */
  async delete(meeting) {
    await this.#send("DELETE", one(meeting));
  }

  /** Ask for a card; its id. @param {string} meeting @param {string} action @returns {Promise<string>} */
  async act(meeting, action, text = "") {
    return (await this.#json("POST", one(meeting, "/actions"), { action, text })).id;
  }

  /** Show the user a card of yours; its id. @param {string} meeting @param {string} text @returns {Promise<string>} */
  async push(meeting, text, by = "") {
    return (await this.#json("POST", one(meeting, "/cards"), { text, by })).id;
  }

  /** @param {string} meeting @param {string} suggestion a card's id @param {string} feedback such as `used` */
  async feedback(meeting, suggestion, feedback) {
    await this.#json("POST", one(meeting, "/feedback"), { id: suggestion, feedback });
  }

  /** @param {string} meeting @param {string} setting @param {unknown} value */
  async control(meeting, setting, value) {
    await this.#json("POST", one(meeting, "/control"), { setting, value });
  }

  /** @param {string} meeting */
  summary(meeting) {
    return this.#json("GET", one(meeting, "/summary"));
  }

  /** The meeting as text: md, txt, json, srt, vtt, csv or html. @param {string} meeting */
  async export(meeting, name = "md") {
    return (await this.#send("GET", one(meeting, `/export?format=${encodeURIComponent(name)}`))).text();
  }

  /** A page of its log. @param {string} meeting @returns {Promise<any[]>} */
  async log(meeting, after = 0, limit = 1000) {
    return (await this.#json("GET", one(meeting, `/events?after=${after}&limit=${limit}`))).events;
  }

  /** @returns {Promise<any[]>} */
  async playbooks() {
    return (await this.#json("GET", "/api/playbooks")).playbooks;
  }

  /**
   * A meeting's events after `after` until it ends or is deleted, whatever happens to the connection: resumed where it
   * broke, nothing twice.
   *
   * @param {string} meeting
   * @returns {AsyncGenerator<{seq: number, type: string, meeting: string, at: number, data: any, media?: any}>}
   */
  async *events(meeting, after = 0) {
    let wait = FIRST_WAIT;
    let epoch = 0; // which node told it: a node that was cut off may have told what nobody has stored
    for (;;) {
      try {
        const place = `/stream?after=${after}${epoch ? `&epoch=${epoch}` : ""}`;
        const { body } = await this.#send("GET", one(meeting, place));
        for await (const event of told(/** @type {ReadableStream<Uint8Array>} */ (body))) {
          wait = FIRST_WAIT;
          if (TELLS_EPOCH.has(event.type)) epoch = event.data.epoch ?? 0;
          if (event.type === "stream.caught_up") continue;
          after = event.seq;
          yield event;
          if (event.type === "meeting.ended" || event.data.snapshot?.state === "ended") return;
        }
      } catch (failed) {
        // 429: too many at once, and the connection that broke may still be counted
        if (failed instanceof WingmanError && failed.status < 500 && failed.status !== 429) {
          if (failed.status === 404 && after > 0) return; // deleted meanwhile
          throw failed;
        }
        // the service is away; what was missed is still in its log
      }
      await new Promise((done) => setTimeout(done, wait));
      wait = Math.min(LONGEST_WAIT, wait * 2);
    }
  }

  /** @param {string} method @param {string} path @param {unknown} [value] @returns {Promise<any>} */
  async #json(method, path, value) {
    return (await this.#send(method, path, value)).json();
  }

  /** @param {string} method @param {string} path @param {unknown} [value] */
  async #send(method, path, value) {
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${this.#token}` };
    if (value !== undefined) headers["Content-Type"] = "application/json";
    const body = value === undefined ? undefined : JSON.stringify(value);
    const deadline = Date.now() + PATIENCE;
    let answer = await fetch(this.#url + path, { method, headers, body });
    for (let wait; (wait = again(answer)) && Date.now() + wait < deadline; ) {
      await new Promise((done) => setTimeout(done, wait));
      answer = await fetch(this.#url + path, { method, headers, body });
    }
    if (answer.ok) return answer;
    const { error } = await answer.json().catch(() => ({ error: {} }));
    throw new WingmanError(error?.detail ?? `Wingman answered with status ${answer.status}.`, answer.status, error?.field);
  }
}

/** In how many ms to ask again; 0 for an answer that is final. @param {Response} answer */
const again = ({ status, headers }) => (status === 503 ? 1000 * (Number(headers.get("Retry-After")) || 0) : 0);

/** @param {string} meeting */
const one = (meeting, rest = "") => `/api/meetings/${encodeURIComponent(meeting)}${rest}`;

/** The events of a server-sent stream. @param {ReadableStream<Uint8Array>} body */
async function* told(body) {
  const reader = body.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const line = part.split("\n").find((each) => each.startsWith("data: "));
        if (line) yield JSON.parse(line.slice(6));
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined); // whoever stops reading closes the connection
  }
}
