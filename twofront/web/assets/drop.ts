// A file by dropping: the field keeps it, so the form is sent as if it had been chosen.

const fieldOf = (zone: Element): HTMLInputElement | null => zone.querySelector<HTMLInputElement>("input[type=file]");

function tell(zone: Element): void {
  const file = fieldOf(zone)?.files?.[0];
  const place = zone.querySelector("[data-drop-name]");
  if (place === null) return;
  place.textContent = file === undefined ? "" : `${file.name} · ${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB`;
}

const zoneOf = (event: Event): Element | null =>
  event.target instanceof Element ? event.target.closest("[data-drop]") : null;

export function wireDrops(): void {
  document.addEventListener("dragover", (event) => {
    const zone = zoneOf(event);
    if (zone === null) return;
    event.preventDefault();
    zone.classList.add("drop-over");
  });
  document.addEventListener("dragleave", (event) => zoneOf(event)?.classList.remove("drop-over"));
  document.addEventListener("drop", (event) => {
    const zone = zoneOf(event);
    const field = zone === null ? null : fieldOf(zone);
    if (zone === null || field === null || event.dataTransfer === null) return;
    event.preventDefault();
    zone.classList.remove("drop-over");
    field.files = event.dataTransfer.files;
    tell(zone);
  });
  document.addEventListener("change", (event) => {
    const zone = zoneOf(event);
    if (zone !== null) tell(zone);
  });
}
