// The few DOM helpers everything shares. Text only ever enters the page as text nodes.

/** Whether somebody types sentences there: in which direction those run is theirs. */
const isTyped = (tag, type = "text") => tag === "textarea" || (tag === "input" && ["text", "search"].includes(type));

/**
 * Make an element. `props`: `class`, `text`, `on: {event: handler}`, `data: {…}`, `style: {…}` (through
 * the CSSOM, which a strict content security policy allows), anything else becomes an attribute;
 * `true` sets an empty attribute, `null`, `undefined` and `false` set none.
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  if (isTyped(tag, props.type)) node.setAttribute("dir", "auto");
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "on") for (const [type, run] of Object.entries(value)) node.addEventListener(type, run);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "style") for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = new URL("../icons/", import.meta.url);

/** A decorative icon in the text's colour: the SVG file is a mask, so it follows the theme. */
export function icon(name) {
  return h("span", { class: "icon", "aria-hidden": "true", style: { "--icon": `url("${ICONS}${name}.svg")` } });
}

/** Icons loaded before they are needed: when the service is out of reach it is too late to fetch them. */
export function iconsAtHand(...names) {
  return h("span", { class: "hidden-text", "aria-hidden": "true" }, names.map(icon));
}

/** Change which icon an icon element shows. */
export function setIcon(node, name) {
  node.style.setProperty("--icon", `url("${ICONS}${name}.svg")`);
}

/** An icon button with an accessible name, shown as a tooltip too. */
export function iconButton(name, label, run, props = {}) {
  const { class: extra = "", ...rest } = props;
  return h(
    "button",
    {
      type: "button",
      class: `icon-button ${extra}`.trim(),
      "aria-label": label,
      title: label,
      on: { click: run },
      ...rest,
    },
    icon(name),
  );
}

/** Set the text only when it differs, so that selections and live regions are left in peace. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set or remove an attribute only when that changes something. */
export function setAttribute(node, name, value) {
  if (value === null || value === false || value === undefined) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Make `parent` hold exactly `nodes`, in order, moving as few as possible. */
export function setChildren(parent, nodes) {
  let at = parent.firstChild;
  for (const node of nodes) {
    if (at === node) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}
