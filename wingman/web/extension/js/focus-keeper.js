// Who works by keyboard, or hears a page, is nowhere when the element under the focus goes: another one takes it over.

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

/**
 * Keep the focus within `root` when its element is removed, replaced, moved, hidden or disabled: back to the element as
 * soon as it can have it, else to what stands in its place, else near it. Whoever leaves on purpose is let go.
 * @param {HTMLElement} root
 */
export function keepFocus(root) {
  /** The element that has the focus. @type {HTMLElement | null} */
  let held = null;
  /** From it up to the root: each with its number among its siblings. @type {[Element, number][]} */
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
    next?.focus({ preventScroll: next !== held });
  };
  root.addEventListener("focusin", (event) => {
    held = /** @type {HTMLElement} */ (event.target);
    place = placeOf(root, held);
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

function placeOf(root, node) {
  const place = [];
  for (let at = node; at && at !== root; at = at.parentElement)
    place.push([at, Array.prototype.indexOf.call(at.parentElement.children, at)]);
  place.push([root, 0]);
  return place;
}

const canHave = (node) => node?.matches(FOCUSABLE) && !node.matches(":disabled") && node.checkVisibility({ visibilityProperty: true });

/** Where the focus goes from a `place` that is gone: of the nearest ancestor that is left. */
function heirOf(place) {
  const [root] = place.at(-1);
  for (const [up, [ancestor]] of place.entries()) {
    if (up === 0 || !root.contains(ancestor) || !ancestor.checkVisibility()) continue;
    const same = place.slice(0, up).reduceRight((at, [, number]) => at?.children[number], ancestor);
    if (same?.tagName === place[0][0].tagName && canHave(same)) return same;
    const heading = [...ancestor.querySelectorAll("h1")].find((each) => each.checkVisibility());
    if (heading) return heading; // a whole page has changed
    if (canHave(ancestor)) return ancestor;
    const near = [...ancestor.querySelectorAll(FOCUSABLE)].find(canHave);
    if (near) return near;
  }
  return null;
}
