// The engine of the browser in Node: node bench/rules/node.mjs ENGINE FOLDER one|wild|set
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , engine, root, which] = process.argv;
const { load } = await import(pathToFileURL(`${engine}/rules.js`));
const LEAST = 1000;
const records = readFileSync(`${root}/records.jsonl`, "utf-8").trimEnd().split("\n").map((line) => JSON.parse(line));
const files = readdirSync(`${root}/${which}`).filter((name) => name.endsWith(".json")).sort();
const begun = performance.now();
const tables = [];
for (const file of files) tables.push(await load(new Uint8Array(readFileSync(`${root}/${which}/${file}`))));
const prepared = performance.now();
const rows = tables.map((table) => Int32Array.from(records, (record) => table.decide(record).rows[0] ?? 0));
const decide_s = (performance.now() - prepared) / 1000;
const hash = (count) => {
  const sum = createHash("sha256");
  for (const row of rows) sum.update(Buffer.from(row.slice(0, count).buffer));
  return sum.digest("hex");
};
console.log(JSON.stringify({
  prepare_s: (prepared - begun) / 1000, decide_s, cpu_s: decide_s, records: records.length, tables: rows.length,
  rate: (records.length * rows.length) / decide_s, least: hash(LEAST), all: hash(records.length),
}));
