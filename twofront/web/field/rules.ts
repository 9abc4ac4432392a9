// A compiled decision table, asked without a server: the same answers as core/rules gives, from the same bytes.
//
// It shares nothing with the other two engines but the compiled form. A fact is known only if it is there and is not
// null; a value of the wrong type is refused, never guessed at.

import { dayKey, momentKey } from "./moments.js";

export type Plain = string | number | boolean | null;
export type Type = "text" | "number" | "bool" | "date" | "moment";
type Cell = null | ["null"] | ["in" | "not", ...Plain[]] | ["range", Plain, boolean, Plain, boolean];
type Key = string | number;
interface Column {
  name: string;
  type: Type;
}

interface Compiled {
  format: string;
  table: string;
  hit: "unique" | "first" | "priority" | "collect";
  from: string | null;
  to: string | null;
  source: string | null;
  zone: string;
  facts: Column[];
  outputs: Column[];
  rows: [Cell[], Plain[]][];
  default: Plain[] | null;
}

export type Out = Record<string, Plain>;
export interface Decision {
  rows: number[];
  out: Out | Out[] | null;
  error?: "two rows";
}

/** A record holds a value that is not of its fact's type. */
export class WrongFact extends Error {
  constructor(
    readonly fact: string,
    readonly value: unknown,
    type: Type,
  ) {
    super(`${fact} ${JSON.stringify(value)} is no ${type}`);
  }
}

const FORMAT = "twofront.rules/1";
const NUMBER = /^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const TRUE = ["true", "1", "是"];
const FALSE = ["false", "0", "否"];

/** Read a compiled table; with a hash, only the bytes that it addresses. */
export async function load(data: Uint8Array<ArrayBuffer>, sha256?: string): Promise<Rules> {
  if (sha256 !== undefined) {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
    const found = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (found !== sha256) throw new Error(`a table of hash ${found} where ${sha256} is meant`);
  }
  return new Rules(JSON.parse(new TextDecoder().decode(data)) as Compiled);
}

/** A decision table (决策表), ready for records. */
export class Rules {
  /** For each fact: its name, its cuts, and 32 rows a word which of them admit each piece. */
  private readonly asked: Asked[];
  /** The rows, from 0, in the order in which they win. */
  private readonly order: number[];
  private readonly words: number;
  private readonly hits: Uint32Array;

  constructor(readonly table: Compiled) {
    if (table.format !== FORMAT) throw new Error(`a compiled table of format ${table.format}`);
    this.order = table.rows.map((_, i) => i);
    if (table.hit === "priority") {
      const rank = table.outputs.findIndex((c) => c.name === "priority");
      const priority = (i: number): number => (table.rows[i]![1][rank] as number | null) ?? -Infinity;
      this.order.sort((a, b) => (priority(a) === priority(b) ? a - b : priority(b) > priority(a) ? 1 : -1));
    }
    this.words = Math.max(1, Math.ceil(table.rows.length / 32));
    this.hits = new Uint32Array(this.words);
    this.asked = table.facts.map(
      (fact, f) => new Asked(fact, this.order.map((i) => table.rows[i]![0][f]!), this.words, table.zone),
    );
  }

  /** Whether the table holds at a moment: from <= at < to. */
  inForce(at: string): boolean {
    const { from, to, zone } = this.table;
    const now = momentKey(at, zone);
    if (now === null) throw new WrongFact("at", at, "moment");
    return (from === null || momentKey(from, zone)! <= now) && (to === null || now < momentKey(to, zone)!);
  }

  /** The table's answer to a record. */
  decide(facts: Readonly<Record<string, unknown>>): Decision {
    const { table, hits, words } = this;
    hits.fill(0xffffffff);
    const last = table.rows.length % 32;
    if (last || !table.rows.length) hits[words - 1] = (2 ** last - 1) >>> 0;
    for (const asked of this.asked) {
      let at = asked.piece(facts[asked.name]) * words;
      for (let w = 0; w < words; w++) hits[w]! &= asked.rows[at++]!;
    }
    return table.hit === "first" || table.hit === "priority" ? this.one() : this.all();
  }

  /** For each row of a decision, the cells that the record met, as the compiled table holds them. */
  because(decision: Decision): { row: number; cells: Record<string, Cell> }[] {
    return decision.rows.map((row) => {
      const cells = this.table.rows[row - 1]![0];
      const met = this.table.facts.flatMap((fact, f) => (cells[f] ? [[fact.name, cells[f]] as const] : []));
      return { row, cells: Object.fromEntries(met) };
    });
  }

  private one(): Decision {
    for (let w = 0; w < this.words; w++) {
      const word = this.hits[w]!;
      if (word) {
        const row = this.order[32 * w + 31 - Math.clz32(word & -word)]!;
        return { rows: [row + 1], out: this.out(this.table.rows[row]![1]) };
      }
    }
    return { rows: [], out: this.fallback() };
  }

  private all(): Decision {
    const rows: number[] = [];
    for (let w = 0; w < this.words; w++) {
      for (let word = this.hits[w]!; word; word &= word - 1) rows.push(32 * w + 32 - Math.clz32(word & -word));
    }
    const outs = rows.map((row) => this.table.rows[row - 1]![1]);
    if (this.table.hit === "collect") {
      const fallback = this.fallback();
      return { rows, out: rows.length ? outs.map((o) => this.out(o)) : fallback ? [fallback] : [] };
    }
    if (!rows.length) return { rows, out: this.fallback() };
    const first = outs[0]!;
    if (outs.some((out) => out.some((value, o) => value !== first[o]))) return { rows, out: null, error: "two rows" };
    return { rows, out: this.out(first) };
  }

  private fallback(): Out | null {
    return this.table.default && this.out(this.table.default);
  }

  private out(values: Plain[]): Out {
    const out: Out = {};
    this.table.outputs.forEach((column, o) => (out[column.name] = values[o]!));
    return out;
  }
}

/** One fact of a table. Piece 0 is null; then, by turns, what lies before a cut and the cut itself; the last is the rest. */
class Asked {
  readonly name: string;
  readonly rows: Uint32Array;
  private readonly cuts: Key[];
  private readonly places: Map<Key, number> | null;
  private readonly type: Type;

  constructor(fact: Column, cells: Cell[], words: number, private readonly zone: string) {
    this.name = fact.name;
    this.type = fact.type;
    const values = cells.flatMap((c) => (c === null ? [] : c[0] === "range" ? [c[1], c[3]] : c.slice(1))) as Plain[];
    const keys = new Set(values.filter((v) => v !== null).map((v) => this.key(v)!));
    this.cuts = [...keys].sort((a, b) => this.compare(a, b));
    // Where no cell has an order, a value is looked up; all that no cell names are one piece then, the last.
    const isOrdered = cells.some((c) => c !== null && c[0] === "range");
    this.places = isOrdered ? null : new Map(this.cuts.map((cut, i) => [cut, 2 * i + 2]));
    const pieces = 2 * this.cuts.length + 2;
    this.rows = new Uint32Array(pieces * words);
    cells.forEach((cell, row) => {
      for (let piece = 0; piece < pieces; piece++) {
        if (this.admits(cell, piece)) this.rows[piece * words + (row >> 5)]! |= 1 << (row & 31);
      }
    });
  }

  /** The piece in which a value lies. */
  piece(value: unknown): number {
    const key = this.key(value);
    if (key === null) return 0;
    const { cuts, places } = this;
    if (places) return places.get(key) ?? 2 * cuts.length + 1;
    let [low, high] = [0, cuts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(cuts[middle]!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return cuts[low] === key ? 2 * low + 2 : 2 * low + 1;
  }

  private admits(cell: Cell, piece: number): boolean {
    if (cell === null) return true;
    if (piece === 0 || cell[0] === "null") return piece === 0 && cell[0] === "null";
    const at = (v: Plain): number => 2 * this.cuts.indexOf(this.key(v)!) + 2;
    if (cell[0] !== "range") return cell.slice(1).some((v) => at(v as Plain) === piece) === (cell[0] === "in");
    const [, low, lowIn, high, highIn] = cell as ["range", Plain, boolean, Plain, boolean];
    return (
      (low === null || (lowIn ? at(low) <= piece : at(low) < piece)) &&
      (high === null || (highIn ? piece <= at(high) : piece < at(high)))
    );
  }

  private compare(a: Key, b: Key): number {
    return this.type === "text" ? byCodePoint(a as string, b as string) : a < b ? -1 : a > b ? 1 : 0;
  }

  /** What a value is compared by; null where it is not known. */
  private key(value: unknown): Key | null {
    if (value === null || value === undefined) return null;
    const key = this.type === "text" ? (typeof value === "string" ? value : undefined) : this.typed(value);
    if (key === undefined) throw new WrongFact(this.name, value, this.type);
    return key;
  }

  private typed(value: unknown): Key | null | undefined {
    const text = typeof value === "string" ? value.trim() : null;
    if (text === "") return null;
    switch (this.type) {
      case "number":
        if (typeof value === "number") return Number.isNaN(value) ? null : value + 0;
        return text === null ? undefined : numberOf(text);
      case "bool":
        if (value === true || value === 1 || TRUE.includes((text ?? "").toLowerCase())) return 1;
        return value === false || value === 0 || FALSE.includes((text ?? "").toLowerCase()) ? 0 : undefined;
      case "date":
        return text === null ? undefined : (dayKey(text) ?? undefined);
      default:
        return text === null ? undefined : (momentKey(text, this.zone) ?? undefined);
    }
  }
}

function numberOf(text: string): number | undefined {
  const number = NUMBER.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(number)) return undefined;
  return Math.abs(number) > 2 ** 53 && !/[.eE]/.test(text) ? undefined : number + 0;
}

/** Order two texts by code point; a text's own order in JavaScript is by UTF-16 units, which is another above U+FFFF. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return lifted(x) - lifted(y);
  }
  return a.length - b.length;
}

/** A unit of a surrogate pair is moved behind all others. */
const lifted = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
