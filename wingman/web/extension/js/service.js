// One Wingman service over HTTP. Every failure becomes one sentence fit to show.

import { meaningOf } from "./failures.js";
import { HOME, remember } from "./session.js";

// Pages alone come here, and the service shows them to a session that holds: the login page, which anybody can be
// sent to under any address, remembers nothing.
if (HOME) remember(HOME);

export class ServiceError extends Error {
  constructor(sentence, status, field = "") {
    super(sentence);
    this.status = status;
    this.field = field;
  }
}

const OUT_OF_REACH = "Wingman is out of reach. Is it still running on this computer?";
/** How long an answer may take, in ms; a network that swallows everything must not hold a reconnect up. */
const ANSWER_LIMIT = 15_000;
const NO_KEY = "You are logged out: open a new login link (run “wingman grants login” for one).";
export const UNPAIRED = "Wingman does not know this extension any more. Pair it again in its settings.";

export class Service {
  /**
   * @param {string} base the service's root
   * @param {string} token the key to present; a page of the service itself has a cookie instead
   * @param {((method: string, path: string) => Promise<string>) | null} prove shows that the token is ours
   */
  constructor(base = location.origin, token = "", prove = null) {
    this.base = base;
    this.token = token;
    this.prove = prove;
  }

  /** The whole address of a path of the service: within this page's session when it is our own service. */
  at(path) {
    return new URL(this.base === location.origin && !this.token ? HOME + path : path, this.base);
  }

  /**
   * `limit` is in ms, 0 for none; `match` the ETag that must still hold.
   * @param {string} method
   * @param {string} path
   * @param {{ body?: BodyInit, type?: string, match?: string, keepalive?: boolean, limit?: number }} [options]
   * @returns {Promise<Response>} an answer of status 2xx; throws `ServiceError` otherwise
   */
  async call(method, path, { body, type, match, keepalive = false, limit = ANSWER_LIMIT } = {}) {
    /** @type {Record<string, string>} */
    const headers = {};
    if (type) headers["Content-Type"] = type;
    if (match) headers["If-Match"] = match;
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (this.prove) headers["X-Wingman-Proof"] = await this.prove(method, this.at(path).pathname);
    const signal = limit ? AbortSignal.timeout(limit) : undefined;
    let response;
    try {
      response = await fetch(this.at(path), {
        method,
        body,
        headers,
        keepalive,
        signal,
        credentials: "same-origin",
      });
    } catch {
      throw new ServiceError(OUT_OF_REACH, 0);
    }
    if (response.ok) return response;
    if (response.status === 401) throw new ServiceError(this.prove ? UNPAIRED : NO_KEY, 401);
    throw await explained(response);
  }

  /** Send and receive JSON. */
  async json(method, path, value) {
    const body = value === undefined ? {} : { body: JSON.stringify(value), type: "application/json" };
    const response = await this.call(method, path, body);
    return response.status === 204 ? null : response.json();
  }

  /** Why a meeting's socket does not open, which a browser does not say: `missing`, `refused`, or empty. */
  async whyNot(meeting) {
    try {
      await this.json("GET", `/api/meetings/${encodeURIComponent(meeting)}`);
    } catch (failed) {
      return meaningOf(failed);
    }
    return "";
  }

  /** The same where a token has to be proven: each use makes the proof for the next one. */
  async provenSocket(meeting) {
    const { prove } = this;
    if (!prove) return this.socket(meeting);
    const path = this.at(`/api/meetings/${encodeURIComponent(meeting)}/ws`).pathname;
    let proof = await prove("WEBSOCKET", path);
    const renew = async () => {
      proof = await prove("WEBSOCKET", path);
    };
    const next = () => {
      void renew();
      return proof;
    };
    return this.socket(meeting, { next });
  }

  /**
   * The address of a meeting's event socket, as a function of the last `seq` seen, and of the node that told it.
   * @param {string} meeting
   * @param {{ next: () => string } | null} proofs
   */
  socket(meeting, proofs = null) {
    return (after, epoch = 0) => {
      const url = this.at(`/api/meetings/${encodeURIComponent(meeting)}/ws`);
      if (proofs) url.searchParams.set("proof", proofs.next());
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      url.searchParams.set("after", after);
      if (epoch) url.searchParams.set("epoch", String(epoch));
      url.searchParams.set("backlog", "pages");
      if (this.token) url.searchParams.set("token", this.token);
      return url.href;
    };
  }
}

async function explained(response) {
  try {
    const { error } = await response.json();
    return new ServiceError(error.detail, response.status, error.field);
  } catch {
    return new ServiceError(`Wingman answered with status ${response.status}.`, response.status);
  }
}
