// Who works by keyboard, or hears a page, is nowhere when the element under the focus goes: another one takes it over.

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
/** What takes the focus over where no control does the same: from there the next one is a Tab away. */
const CONTAINER = "[aria-label], ul, section, form, details, dialog";

/**
 * Keep the focus within `root` when its element is removed, replaced, moved, hidden or disabled: back to the element as
 * soon as it can have it, else to what does the same, else to what they were in: never to a control that does something
 * else, which the next Enter would do. Whoever leaves on purpose is let go.
 * @param {HTMLElement} root
 */
export function keepFocus(root) {
  /** The element that has the focus. @type {HTMLElement | null} */
  let held = null;
  /** What took the focus over last, while the key that may have brought it there is down. @type {HTMLElement | null} */
  let heir = null;
  /** From it up to the root: each with its number among its siblings, and its row. @type {[Element, number, string][]} */
  let place = [];
  const isHeld = () => root.contains(held) && !held?.closest("[hidden]");
  /** Whether one of these changes touched the element itself, or what it is in. @param {MutationRecord[]} changes */
  const concern = (changes) =>
    changes.some(({ type, target, removedNodes }) =>
      (type === "attributes" ? [target] : [...removedNodes]).some((each) => each.contains(held)),
    );
  /** @param {MutationRecord[]} changes */
  const look = (changes) => {
    if (!held) return;
    const nobodys = isNobodys(root.ownerDocument);
    const active = /** @type {Document | ShadowRoot} */ (root.getRootNode()).activeElement;
    if (!nobodys && active !== held) held = null; // it has gone elsewhere
    if (isHeld()) place = placeOf(root, held);
    if (!held || !concern(changes) || (!nobodys && isHeld())) return;
    const next = isHeld() ? held : heirOf(place);
    if (next?.matches(":disabled")) return; // it is back in a moment
    if (next && !next.matches(FOCUSABLE)) next.tabIndex = -1;
    heir = next;
    next?.focus({ preventScroll: true }); // its user may read elsewhere by now
  };
  root.addEventListener("focusin", (event) => {
    held = /** @type {HTMLElement} */ (event.target);
    place = placeOf(root, held);
  });
  root.addEventListener(
    "keydown",
    (event) => {
      if (!event.repeat) heir = null;
      else if (event.target === heir && ["Enter", " "].includes(event.key)) event.preventDefault();
    },
    true,
  );
  // While its element is disabled nobody has the focus, and whoever points elsewhere has gone on
  for (const where of [root, root.ownerDocument])
    where.addEventListener("pointerdown", (event) => {
      if (held && isNobodys(root.ownerDocument) && !event.composedPath().includes(held)) held = null;
    });
  // Once it is clear whether the element went, or its user
  root.addEventListener("focusout", () =>
    setTimeout(() => {
      if (isNobodys(root.ownerDocument) && isHeld() && !held?.matches(":disabled")) held = null;
    }),
  );
  new MutationObserver(look).observe(root, { subtree: true, childList: true, attributeFilter: ["hidden", "disabled"] });
}

const isNobodys = ({ activeElement, body, documentElement }) =>
  activeElement === null || activeElement === body || activeElement === documentElement;

/** A node and what it is in, up to the root, the number of each among its siblings, and whose row that was. */
function placeOf(root, node) {
  const place = [];
  for (let at = node; at && at !== root; at = at.parentElement)
    place.push([at, Array.prototype.indexOf.call(at.parentElement.children, at), rowOf(at)]);
  place.push([root, 0, ""]);
  return place;
}

/** Whose row a node is in: a meeting's, a card's. */
const rowOf = (node) => node.closest("[data-id]")?.dataset.id ?? "";

/** What a control does, as far as the page says it. */
const deedOf = (node) =>
  node.dataset.place ?? [node.tagName, node.id, node.name ?? "", node.ariaLabel ?? node.textContent.trim()].join("\n");

const canHave = (node) => node?.matches(FOCUSABLE) && !node.matches(":disabled") && node.checkVisibility({ visibilityProperty: true });

/** Where the focus goes from a `place` that is gone: to what does the same for the same row, else to the nearest page's
 *  heading or part that is left. */
function heirOf(place) {
  const [root] = place.at(-1);
  const [[lost, , row]] = place;
  const left = [...place.entries()].filter(([up, [node]]) => up > 0 && root.contains(node) && node.checkVisibility());
  const does = (node) => node !== lost && canHave(node) && rowOf(node) === row && deedOf(node) === deedOf(lost);
  for (const [up, [ancestor]] of left) {
    const same = place.slice(0, up).reduceRight((at, [, number]) => at?.children[number], ancestor);
    const heir = same && does(same) ? same : [...ancestor.querySelectorAll(FOCUSABLE)].find(does);
    if (heir) return heir;
  }
  for (const [, [ancestor]] of left) {
    const heading = [...ancestor.querySelectorAll("h1")].find((each) => each.checkVisibility());
    if (heading) return heading; // a whole page has changed
    if (canHave(ancestor) || ancestor.matches(CONTAINER)) return ancestor;
  }
  return null;
}
