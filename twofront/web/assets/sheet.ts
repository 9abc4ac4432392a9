// The sheet of a decision table as lines of cells, and as the CSV in which it is sent and kept.

export type Lines = readonly (readonly string[])[];

const DEFAULT = "#default";
/** The place of the first rule: headings and types come before. */
export const FIRST = 2;

/** Read CSV; a cell in double quotes may hold commas, and "" in it is one double quote. */
export function parse(text: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  const flush = (): void => {
    cells.push(cell);
    cell = "";
  };
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] ?? "";
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === ",") flush();
    else if (c === "\n") {
      flush();
      lines.push(cells);
      cells = [];
    } else if (c !== "\r") cell += c;
  }
  if (cell !== "" || cells.length > 0) {
    flush();
    lines.push(cells);
  }
  const width = Math.max(1, ...lines.map((line) => line.length));
  return lines.map((line) => [...line, ...Array<string>(width - line.length).fill("")]);
}

/** Write CSV; a cell stands in double quotes where it must. */
export function write(lines: Lines): string {
  const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return lines.map((line) => line.map(cell).join(",") + "\n").join("");
}

export const isDefault = (line: readonly string[] | undefined): boolean => line?.[0] === DEFAULT;
const isAnswer = (heading: string | undefined): boolean => heading?.startsWith("out:") ?? false;
const blank = (lines: Lines): string[] => (lines[0] ?? []).map((heading) => (isAnswer(heading) ? "" : "-"));
const rules = (lines: Lines): number => lines.length - (isDefault(lines.at(-1)) ? 1 : 0);

/** What a person does to a sheet: each act gives the new lines and the place where he goes on; null: it cannot be done. */
export type Act = (lines: Lines, row: number, column: number) => { lines: Lines; row: number; column: number } | null;

const inserted = (lines: Lines, at: number, line: readonly string[]): Lines => [...lines.slice(0, at), line, ...lines.slice(at)];

const moved =
  (by: number): Act =>
  (lines, row, column) => {
    const there = row + by;
    if (row < FIRST || there < FIRST || row >= rules(lines) || there >= rules(lines)) return null;
    const line = lines[row] ?? [];
    return { lines: inserted(lines.filter((_, n) => n !== row), there, line), row: there, column };
  };

const below = (lines: Lines, row: number): number => Math.min(Math.max(row + 1, FIRST), rules(lines));

export const ACTS: Readonly<Record<string, Act>> = {
  up: moved(-1),
  down: moved(1),
  insert: (lines, row, column) => {
    const at = below(lines, row);
    return { lines: inserted(lines, at, blank(lines)), row: at, column };
  },
  copy: (lines, row, column) => {
    if (row < FIRST || row >= rules(lines)) return null;
    return { lines: inserted(lines, row + 1, lines[row] ?? []), row: row + 1, column };
  },
  remove: (lines, row, column) => {
    if (row < FIRST) return null;
    const left = lines.filter((_, n) => n !== row);
    return { lines: left, row: Math.min(row, left.length - 1), column };
  },
  default: (lines, row, column) => {
    if (isDefault(lines.at(-1))) return { lines: lines.slice(0, -1), row: Math.min(row, lines.length - 2), column };
    return { lines: [...lines, [DEFAULT, ...(lines[0] ?? []).slice(1).map(() => "")]], row: lines.length, column: -1 };
  },
  column: (lines, _row, column) => {
    const answer = isAnswer(lines[0]?.[column]);
    const fill = (line: readonly string[], n: number): string =>
      n === 0 ? (answer ? "out:" : "in:") : n === 1 ? "text" : answer || isDefault(line) ? "" : "-";
    const wider = lines.map((line, n) => [...line.slice(0, column + 1), fill(line, n), ...line.slice(column + 1)]);
    return { lines: wider, row: 0, column: column + 1 };
  },
  drop: (lines, row, column) => {
    if ((lines[0]?.length ?? 0) < 2) return null;
    const had = isDefault(lines.at(-1));
    const left = lines.map((line) => line.filter((_, n) => n !== column));
    if (had && column === 0) left[left.length - 1] = [DEFAULT, ...(left.at(-1) ?? []).slice(1)];
    return { lines: left, row, column: Math.max(0, column - 1) };
  },
};

/** Lay cells copied from a spreadsheet over the sheet from a place on; rows that are missing are added. */
export function laid(lines: Lines, row: number, column: number, text: string): Lines {
  const block = text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
  const next = lines.map((line) => [...line]);
  block.forEach((cells, r) => {
    let at = row + r;
    if (at >= FIRST && (at >= next.length || isDefault(next[at])) && !isDefault(lines[row])) {
      at = rules(next);
      next.splice(at, 0, blank(lines));
    }
    cells.forEach((cell, c) => {
      const line = next[at];
      if (line !== undefined && column + c < line.length) line[column + c] = cell.trim();
    });
  });
  return next;
}
