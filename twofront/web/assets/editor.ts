// A decision table written as a grid: the check runs while one types, every cell is reached by keys, nothing typed is lost.
// The sheet itself is the text field of the form; without this script it is edited there.
import { ACTS, FIRST, isDefault, laid, parse, write, type Lines } from "./sheet";

interface Mark {
  text: string;
  bad: boolean;
  row: number | null;
  column: number | null;
  field: string;
}
interface Answer {
  marks: Mark[];
  names: string[];
  sentences: string[];
  said: string;
  is_bad: boolean;
  newer?: string;
}

const TYPES = ["text", "number", "bool", "date", "moment"];
const QUIET_MS = 250;
const MOST_UNDONE = 200;

function start(form: HTMLFormElement): void {
  const part = <T extends Element>(selector: string): T => {
    const found = form.querySelector<T>(selector);
    if (found === null) throw new Error(`the editor has no ${selector}`);
    return found;
  };
  const word = (name: string): string => form.dataset[`word${name}`] ?? "";
  const text = part<HTMLTextAreaElement>("textarea[name=text]");
  const place = part<HTMLElement>("[data-grid]");
  const said = part<HTMLElement>("[data-said]");
  const general = part<HTMLElement>("[data-general]");
  const sentence = part<HTMLElement>("[data-sentence-of]");
  let lines: Lines = parse(text.value);
  let answer: Answer = { marks: [], names: [], sentences: [], said: "", is_bad: false };
  let undone: Lines[] = [];
  let redone: Lines[] = [];
  let isDirty = form.dataset["dirty"] !== undefined;
  let here = { row: Math.min(FIRST, lines.length - 1), column: 0 };
  let before = ""; // what stood in the cell when it was entered
  let isFresh = true; // whether the next letter begins a change that can be undone
  let timer = 0;
  let asking: AbortController | null = null;

  const rowName = (row: number): string =>
    row === 0 ? word("Heading") : row === 1 ? word("Type") : isDefault(lines[row]) ? word("Other") : word("Row").replace("{n}", String(row - FIRST + 1));
  const columnName = (column: number): string => answer.names[column] ?? lines[0]?.[column] ?? "";
  const cellAt = (row: number, column: number): HTMLInputElement | HTMLSelectElement | null =>
    place.querySelector(`[data-row="${row}"][data-column="${column}"]`);

  function keep(next: Lines): void {
    undone = [...undone.slice(-MOST_UNDONE), lines];
    redone = [];
    lines = next;
    changed();
  }

  function changed(): void {
    text.value = write(lines);
    isDirty = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void check(), QUIET_MS);
  }

  function cell(row: number, column: number): HTMLElement {
    const value = lines[row]?.[column] ?? "";
    const isOther = isDefault(lines[row]);
    if (isOther && (column === 0 || !(lines[0]?.[column] ?? "").startsWith("out:"))) {
      const none = document.createElement("span");
      none.className = "editor-none";
      none.textContent = column === 0 ? word("Other") : "";
      return none;
    }
    const made = row === 1 ? document.createElement("select") : document.createElement("input");
    if (made instanceof HTMLSelectElement) {
      for (const type of TYPES.includes(value) ? TYPES : [value, ...TYPES]) made.add(new Option(type, type, false, type === value));
    } else {
      made.value = value;
      made.autocomplete = "off";
      made.spellcheck = false;
      if (row === 0) made.setAttribute("list", "editor-names");
    }
    made.dataset["row"] = String(row);
    made.dataset["column"] = String(column);
    return made;
  }

  /** Draw the grid anew: where rows or columns came, went or moved. */
  function draw(): void {
    const table = document.createElement("table");
    table.className = "editor-table";
    const [head, body] = [table.createTHead(), table.createTBody()];
    lines.forEach((line, row) => {
      const tr = (row < FIRST ? head : body).insertRow();
      const th = document.createElement("th");
      th.scope = "row";
      th.textContent = row < FIRST ? rowName(row) : isDefault(line) ? "" : String(row - FIRST + 1);
      tr.append(th);
      line.forEach((_, column) => {
        const td = tr.insertCell();
        if (row === 0) td.append(Object.assign(document.createElement("b"), { className: "editor-name" }));
        td.append(cell(row, column));
      });
      const beside = (row < FIRST ? head : body).insertRow();
      beside.hidden = true;
      const marks = beside.insertCell();
      marks.colSpan = line.length + 1;
      marks.append(Object.assign(document.createElement("div"), { className: "editor-marks", id: `editor-marks-${row}` }));
    });
    place.replaceChildren(table);
    fit();
    mark();
  }

  /** Let every column be as wide as its longest cell needs. */
  function fit(): void {
    (lines[0] ?? []).forEach((_, column) => {
      const wide = Math.max(...lines.map((line) => [...(line[column] ?? "")].reduce((n, c) => n + (c > "\u2e80" ? 2 : 1), 0)));
      const name = [...columnName(column)].reduce((n, c) => n + (c > "\u2e80" ? 2 : 1), 0);
      const size = Math.max(5, Math.min(26, Math.max(wide, name * 0.8)) + 1);
      for (const input of place.querySelectorAll<HTMLInputElement>(`input[data-column="${column}"]`)) input.size = Math.round(size);
    });
  }

  /** Put every mark beside its cell, and names and labels on all. */
  function mark(): void {
    const of = (m: Mark): HTMLElement => {
      const item = document.createElement("li");
      item.className = m.bad ? "mark-bad" : "mark-note";
      item.append(Object.assign(document.createElement("b"), { textContent: m.bad ? word("Bad") : word("Note") }), ` ${m.text}`);
      return item;
    };
    place.querySelectorAll(".editor-name").forEach((name, column) => (name.textContent = columnName(column)));
    for (const input of place.querySelectorAll<HTMLInputElement>("[data-row]")) {
      const [row, column] = [Number(input.dataset["row"]), Number(input.dataset["column"])];
      const own = answer.marks.filter((m) => m.row === row && m.column === column);
      input.setAttribute("aria-label", `${rowName(row)} ${columnName(column)}`);
      input.toggleAttribute("aria-invalid", own.some((m) => m.bad));
      if (own.length > 0) input.setAttribute("aria-describedby", `editor-marks-${row}`);
      else input.removeAttribute("aria-describedby");
    }
    lines.forEach((_, row) => {
      const own = answer.marks.filter((m) => m.row === row);
      const into = document.getElementById(`editor-marks-${row}`);
      const beside = into?.closest("tr");
      if (into === null || beside === undefined || beside === null) return;
      const list = document.createElement("ul");
      list.append(...own.map((m) => {
        const item = of(m);
        if (m.column !== null) item.prepend(Object.assign(document.createElement("span"), { className: "editor-at", textContent: `${columnName(m.column)} ` }));
        return item;
      }));
      into.replaceChildren(list);
      beside.hidden = own.length === 0;
      beside.previousElementSibling?.classList.toggle("has-bad", own.some((m) => m.bad));
    });
    general.replaceChildren(...answer.marks.filter((m) => m.row === null && m.field === "").map(of));
    for (const field of form.querySelectorAll<HTMLElement>(".editor-heads .field")) {
      const input = field.querySelector<HTMLInputElement>("[name]");
      field.querySelector("[data-live]")?.remove();
      const own = answer.marks.find((m) => m.field !== "" && m.field === input?.name);
      field.classList.toggle("field-wrong", own !== undefined);
      if (own !== undefined) {
        const note = Object.assign(document.createElement("p"), { className: "wrong", textContent: own.text });
        note.dataset["live"] = "";
        field.append(note);
      }
    }
    read();
  }

  /** Say the row in which one stands as a sentence. */
  function read(): void {
    const found = answer.sentences[here.row - FIRST];
    sentence.textContent = found === undefined || isDefault(lines[here.row]) ? "" : `${rowName(here.row)}：${found}`;
  }

  function tell(words: string, tone: "good" | "bad" | "plain"): void {
    said.textContent = words;
    said.dataset["tone"] = tone;
  }

  /** Ask our own server what stands against the table; false: it could not be asked, so nothing may be sent either. */
  async function check(): Promise<boolean> {
    asking?.abort();
    const own = (asking = new AbortController());
    tell(word("Checking"), "plain");
    try {
      const response = await fetch(form.dataset["check"] ?? "", {
        method: "POST",
        body: new URLSearchParams([...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)])),
        headers: { "HX-Request": "true" },
        signal: own.signal,
      });
      if (response.headers.get("HX-Redirect") !== null || response.redirected) {
        tell(word("Out"), "bad");
        return false;
      }
      if (!response.ok) throw new Error(String(response.status));
      answer = (await response.json()) as Answer;
    } catch {
      if (own.signal.aborted) return false;
      tell(word("Away"), "bad");
      return false;
    }
    mark();
    tell([answer.said, answer.newer ?? ""].filter((w) => w !== "").join(" · "), answer.is_bad || answer.newer !== undefined ? "bad" : "good");
    return true;
  }

  function go(row: number, column: number): boolean {
    const next = cellAt(row, column);
    next?.focus();
    if (next instanceof HTMLInputElement) next.select();
    return next !== null;
  }

  /** Go to the next thing to mend, from above, and from the last one to the first. */
  function next(): void {
    const bad = answer.marks.filter((m) => m.bad && m.row !== null).map((m): [number, number] => [m.row ?? 0, m.column ?? 0]);
    const ordered = bad.sort(([a, b], [c, d]) => a - c || b - d);
    const [row, column] = ordered.find(([r, c]) => r > here.row || (r === here.row && c > here.column)) ?? ordered[0] ?? [-1, 0];
    if (row >= 0) void go(row, column);
    else form.querySelector<HTMLElement>(".editor-heads .field-wrong [name]")?.focus();
  }

  function act(name: string): void {
    if (name === "next") {
      next();
      return;
    }
    if (name === "undo" || name === "redo") {
      const [from, to] = name === "undo" ? [undone, redone] : [redone, undone];
      const found = from.pop();
      if (found === undefined) return;
      to.push(lines);
      lines = found;
    } else {
      const done = ACTS[name]?.(lines, here.row, here.column) ?? null;
      if (done === null) return;
      undone = [...undone.slice(-MOST_UNDONE), lines];
      redone = [];
      ({ lines } = done);
      here = { row: done.row, column: done.column < 0 ? (lines[0] ?? []).findIndex((h) => h.startsWith("out:")) : done.column };
    }
    isFresh = true;
    answer = { ...answer, marks: [], sentences: [], names: name === "column" || name === "drop" ? [] : answer.names };
    draw();
    changed();
    here = { row: Math.min(here.row, lines.length - 1), column: Math.min(here.column, (lines[0]?.length ?? 1) - 1) };
    void go(here.row, here.column);
  }

  /** Return what a key asks for in a cell: an act, or a cell to go to; null: what the browser does with it. */
  function wish(event: KeyboardEvent, input: HTMLInputElement | HTMLSelectElement): string | [number, number] | null {
    const { row, column } = here;
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === "z") return event.shiftKey ? "redo" : "undo";
    if (control && event.key.toLowerCase() === "y") return "redo";
    if (control && event.key === "Enter") return event.shiftKey ? "copy" : "insert";
    if (control && event.key === "Delete") return "remove";
    if (event.altKey && event.key === "ArrowUp") return "up";
    if (event.altKey && event.key === "ArrowDown") return "down";
    if (control || event.altKey) return null;
    if (event.key === "Enter") return [row + (event.shiftKey ? -1 : 1), column];
    if (input instanceof HTMLSelectElement) return null;
    if (event.shiftKey) return null;
    const [from, to, all] = [input.selectionStart ?? 0, input.selectionEnd ?? 0, input.value.length];
    const isWhole = from === 0 && to === all;
    if (event.key === "ArrowUp") return [row - 1, column];
    if (event.key === "ArrowDown") return [row + 1, column];
    if (event.key === "ArrowLeft" && (isWhole || (from === 0 && to === 0))) return [row, column - 1];
    if (event.key === "ArrowRight" && (isWhole || (from === all && to === all))) return [row, column + 1];
    return null;
  }

  place.addEventListener("focusin", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) return;
    here = { row: Number(input.dataset["row"]), column: Number(input.dataset["column"]) };
    before = input.value;
    isFresh = true;
    read();
  });
  place.addEventListener("input", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) return;
    const next = lines.map((line, row) => (row === here.row ? line.map((c, column) => (column === here.column ? input.value : c)) : line));
    if (isFresh) keep(next);
    else {
      lines = next;
      changed();
    }
    isFresh = false;
  });
  place.addEventListener("focusout", fit);
  place.addEventListener("paste", (event) => {
    const copied = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(copied.replace(/\r?\n$/, ""))) return;
    event.preventDefault();
    const { row, column } = here;
    keep(laid(lines, row, column, copied));
    draw();
    void go(row, column);
  });
  place.addEventListener("keydown", (event) => {
    const input = event.target;
    if (event.isComposing || !(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) return;
    if (event.key === "Escape" && input.value !== before) {
      event.preventDefault();
      input.value = before;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      return;
    }
    const wished = wish(event, input);
    if (wished === null) return;
    event.preventDefault();
    if (typeof wished === "string") act(wished);
    else void go(...wished);
  });
  form.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-edit]") : null;
    if (button !== null) act(button.dataset["edit"] ?? "");
  });
  part<HTMLElement>(".editor-heads").addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    window.clearTimeout(timer);
    void check().then((isThere) => {
      if (!isThere) return;
      isDirty = false;
      form.submit();
    });
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });

  for (const plain of form.querySelectorAll<HTMLElement>("[data-plain]")) plain.hidden = true;
  for (const own of form.querySelectorAll<HTMLElement>(".editor-tools,[data-keys]")) own.hidden = false;
  draw();
  void check();
}

const form = document.getElementById("editor");
if (form instanceof HTMLFormElement) start(form);
