// Updating by itself: asks with the tag of what is shown, so that an unchanged board costs an empty answer (304) and
// is not touched. When it did change, what the reader had opened, chosen or focused stays as it was.

interface Kept {
  open: string[];
  checked: string[];
  focus: string | null;
  scroll: number;
}

const tags = new WeakMap<Element, string>();
const kept = new WeakMap<Element, Kept>();

const tagged = (element: unknown): Element | null =>
  element instanceof Element && element.hasAttribute("data-etag") ? element : null;

const detail = (event: Event): Record<string, unknown> => (event as CustomEvent<Record<string, unknown>>).detail;

function keep(element: Element): Kept {
  const active = document.activeElement;
  const inside = active !== null && element.contains(active);
  return {
    open: [...element.querySelectorAll("details[open][id]")].map((d) => d.id),
    checked: [...element.querySelectorAll<HTMLInputElement>("input[type=radio][id]:checked")].map((i) => i.id),
    focus: inside ? pathOf(active, element) : null,
    scroll: window.scrollY,
  };
}

function pathOf(active: Element, root: Element): string {
  if (active.id !== "") return `#${CSS.escape(active.id)}`;
  const href = active.getAttribute("href");
  const owner = active.closest("[id]");
  const scope = owner !== null && owner !== root && root.contains(owner) ? `#${CSS.escape(owner.id)} ` : "";
  return href === null ? "" : `${scope}[href="${CSS.escape(href)}"]`;
}

function restore(element: Element, was: Kept): void {
  for (const id of was.open) document.getElementById(id)?.setAttribute("open", "");
  for (const id of was.checked) {
    const input = document.getElementById(id);
    if (input instanceof HTMLInputElement) input.checked = true;
  }
  if (was.focus !== null && was.focus !== "") {
    element.querySelector<HTMLElement | SVGElement>(was.focus)?.focus({ preventScroll: true });
  }
  window.scrollTo({ top: was.scroll, behavior: "instant" });
}

function sayOffline(isOffline: boolean): void {
  const banner = document.getElementById("offline");
  if (banner !== null) banner.hidden = !isOffline;
}

export function wirePolling(): void {
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, headers } = detail(event) as { elt: unknown; headers: Record<string, string> };
    const element = tagged(elt);
    const tag = element === null ? undefined : tags.get(element);
    if (tag !== undefined) headers["If-None-Match"] = tag;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = detail(event);
    if (tagged(elt) !== null && document.hidden) event.preventDefault(); // nobody looks: nothing is asked
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, xhr } = detail(event) as { elt: unknown; xhr: XMLHttpRequest };
    const element = tagged(elt);
    if (element === null) return;
    const tag = xhr.getResponseHeader("ETag");
    if (xhr.status === 200 && tag !== null) tags.set(element, tag);
    kept.set(element, keep(element));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const element = tagged(detail(event)["target"]);
    const was = element === null ? undefined : kept.get(element);
    if (element !== null && was !== undefined) restore(element, was);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = detail(event) as { xhr: XMLHttpRequest };
    sayOffline(xhr.status === 0 || xhr.status >= 500);
  });
}
