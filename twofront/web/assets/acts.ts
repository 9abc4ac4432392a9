// Small acts of a page: copy, picture, print, close, ask before sending, send when a filter is chosen.
import { drawCard, readCard } from "./card";

const closest = (event: Event, selector: string): HTMLElement | null =>
  event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;

const text = (selector: string): string => document.querySelector(selector)?.textContent?.trim().replace(/\s+/g, " ") ?? "";

/** The sentences with county, day and, in an exercise, its mark: what is pasted into a chat says where it comes from. */
export function sentencesText(): string {
  const said = [...document.querySelectorAll("[data-sentence]")].map((s, i) => `${i + 1}. ${s.textContent?.trim() ?? ""}`);
  const mark = text(".exercise-mark b");
  const head = [text(".brand-words b"), text(".top-clock time")].filter((part) => part !== "").join(" · ");
  return [mark === "" ? head : `【${mark}】${head}`, ...said].join("\n");
}

async function copy(words: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(words);
  const area = document.createElement("textarea"); // inside a county's own network pages come without TLS
  area.value = words;
  area.className = "sr";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function say(button: HTMLElement): void {
  const place = document.getElementById("said");
  if (place === null) return;
  place.textContent = button.dataset["said"] ?? "";
  place.hidden = false;
  window.setTimeout(() => (place.hidden = true), 3000);
}

async function savePicture(name: string): Promise<void> {
  const canvas = drawCard(readCard());
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob === null) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function confirmed(words: string): Promise<boolean> {
  const dialog = document.getElementById("confirm");
  if (!(dialog instanceof HTMLDialogElement)) return false;
  const place = dialog.querySelector("[data-confirm-text]");
  if (place !== null) place.textContent = words;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

export function wireActs(): void {
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-copy],[data-picture],[data-print],[data-close]");
    if (button === null) return;
    if (button.dataset["copy"] !== undefined) void copy(sentencesText()).then(() => say(button));
    else if (button.dataset["picture"] !== undefined) void savePicture(button.dataset["picture"]).then(() => say(button));
    else if (button.dataset["print"] !== undefined) window.print();
    else button.closest(".outcome")?.remove();
  });
  document.addEventListener("change", (event) => {
    const select = closest(event, "[data-submit]");
    if (select instanceof HTMLSelectElement) select.form?.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset["confirm"] === undefined) return;
    event.preventDefault();
    void confirmed(form.dataset["confirm"]).then((yes) => {
      if (yes) form.submit();
    });
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
