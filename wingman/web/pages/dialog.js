// Questions asked in a dialog of the page's own: a browser's `confirm` says neither what nor whose.

import { h, icon } from "../extension/js/dom.js";

/** A browser takes blanks for an answer to what is required. */
const BLANK = "Blanks alone are no answer.";

/**
 * Show `form`, whose title is `#dialog-title`, over the page; `closed` hears when it is gone.
 * @returns {HTMLDialogElement}
 */
export function showDialog(form, closed, kind = "") {
  const dialog = h(
    "dialog",
    {
      class: `ask-dialog ${kind}`.trim(),
      "aria-labelledby": "dialog-title",
      on: {
        close: () => {
          dialog.remove();
          closed();
        },
      },
    },
    form,
  );
  document.querySelector(".wm").append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Ask, and wait for the answer. `fields` are `{name, label, value, hint?, long?, required?, pattern?}`, or
 * `{name, label, tick}` for a yes or no; a `hint` says what a `pattern` wants. A `problem` is why it is asked again.
 * @returns {Promise<Object<string, any> | null>} what was typed (or ticked) by field name; null when it was called off
 */
export function ask({ title, text = "", fields = [], yes, danger = false, problem = "" }) {
  return new Promise((resolve) => {
    const inputs = fields.map((field) => input(field));
    const answer = () => Object.fromEntries(fields.map((field, at) => [field.name, answerIn(inputs[at])]));
    let given = null;
    const form = h(
      "form",
      {
        method: "dialog",
        on: {
          submit: () => {
            given = answer();
          },
        },
      },
      h("h2", { text: title, id: "dialog-title" }),
      text ? h("p", { text }) : null,
      problem ? h("p", { class: "dialog-problem", role: "alert", text: problem }) : null,
      fields.map((field, at) =>
        h(
          "label",
          { class: "dialog-field", data: field.tick === undefined ? {} : { tick: "" } },
          h("span", { text: field.label }),
          inputs[at],
          field.hint ? h("span", { class: "soft", text: field.hint }) : null,
        ),
      ),
      h(
        "div",
        { class: "row end" },
        h("button", { type: "button", text: "Cancel", on: { click: () => dialog.close() } }),
        h("button", { type: "submit", class: danger ? "danger" : "primary", text: yes }),
      ),
    );
    const dialog = showDialog(form, () => resolve(given));
    (inputs[0] || form.querySelector(danger ? "button" : "[type=submit]")).focus();
    if (!problem) inputs[0]?.select?.(); // what was just typed is not one key away from gone
  });
}

/**
 * Ask, and hand the answer to `save`. Where that fails it is asked again, with why and with what was typed: nobody types
 * it twice because a service was away.
 * @returns {Promise<boolean>} whether it was saved; false when it was called off
 */
export async function askUntilSaved(question, save) {
  const { fields } = question;
  for (let asked = question; ; ) {
    const given = await ask(asked);
    if (!given) return false;
    try {
      await save(given);
      return true;
    } catch (failed) {
      const typed = ({ name, tick }) => (tick === undefined ? { value: given[name] } : { tick: given[name] });
      asked = { ...question, problem: failed.message, fields: fields.map((field) => ({ ...field, ...typed(field) })) };
    }
  }
}

const answerIn = (input) => (input.type === "checkbox" ? input.checked : input.value.trim());

function input({ value = "", long = false, maxlength = "200", tick = undefined, hint = "", required = false, pattern = "" }) {
  if (tick !== undefined) return h("input", { type: "checkbox", checked: tick });
  const on = required ? { input: ({ target }) => target.setCustomValidity(/^\s+$/.test(target.value) ? BLANK : "") } : {};
  if (long) return h("textarea", { rows: "5", maxlength, required, on }, value);
  const wanted = pattern ? { pattern, title: hint } : {};
  return h("input", { type: "text", value, maxlength, required, autocomplete: "off", on, ...wanted });
}

/** One sentence about what went wrong, or what was done; empty takes it away. */
export class Notice {
  constructor() {
    this.words = h("span");
    this.mark = icon("warn");
    this.node = h("p", { class: "page-notice", role: "status", hidden: true }, this.mark, this.words);
    /** Whether what stands there is why something could not be fetched. */
    this.unloaded = false;
  }

  fail(sentence) {
    this.#show(sentence, "bad");
  }

  failToLoad(sentence) {
    this.fail(sentence);
    this.unloaded = true;
  }

  /** What was to be fetched is there. */
  loaded() {
    if (this.unloaded) this.fail("");
  }

  say(sentence) {
    this.#show(sentence, "good");
  }

  #show(sentence, level) {
    this.unloaded = false;
    this.words.textContent = sentence;
    this.node.dataset.level = level;
    this.mark.hidden = level !== "bad";
    this.node.hidden = !sentence;
  }
}

/**
 * Run `job`, for a button if there is one: it is disabled meanwhile, and what was said before goes. A failure is told
 * by `notice`; what is only fetched anew says nothing and takes nothing away.
 */
export async function guarded(button, notice, job) {
  if (button) button.disabled = true;
  try {
    if (button) notice.fail("");
    return await job();
  } catch (failed) {
    notice.fail(failed.message);
    return undefined;
  } finally {
    if (button) button.disabled = false;
  }
}

/** Run `job`, which fetches what the page shows. Why it failed is told by `notice` until it succeeds. */
export async function loading(notice, job) {
  try {
    await job();
    notice.loaded();
  } catch (failed) {
    notice.failToLoad(failed.message);
  }
}
