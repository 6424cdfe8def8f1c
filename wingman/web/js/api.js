// HTTP calls to this page's own service. Every failure becomes one sentence fit to show.

export class ApiError extends Error {
  constructor(sentence, status, field = "") {
    super(sentence);
    this.status = status;
    this.field = field;
  }
}

const OUT_OF_REACH = "Wingman is out of reach. Is it still running on this computer?";

/** @returns {Promise<Response>} an answer of status 2xx; throws `ApiError` otherwise */
export async function call(method, path, { body, headers, keepalive = false, signal } = {}) {
  let response;
  try {
    response = await fetch(path, { method, body, headers, keepalive, signal, credentials: "same-origin" });
  } catch (failed) {
    if (failed.name === "AbortError") throw failed;
    throw new ApiError(OUT_OF_REACH, 0);
  }
  if (response.ok) return response;
  throw await explained(response);
}

/** Send and receive JSON. */
export async function json(method, path, value) {
  const body = value === undefined ? undefined : JSON.stringify(value);
  const response = await call(method, path, { body, headers: body ? { "Content-Type": "application/json" } : {} });
  return response.status === 204 ? null : response.json();
}

async function explained(response) {
  try {
    const { error } = await response.json();
    return new ApiError(error.detail, response.status, error.field);
  } catch {
    return new ApiError(response.status === 401 ? "Open this page with the link that Wingman printed: it holds the key." : `Wingman answered with status ${response.status}.`, response.status);
  }
}
