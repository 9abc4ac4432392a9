// Answers records with the engine of the browser: a line of input a table, {compiled, sha256, records}; a line of output its answers.
// node tests/oracles/rules_node.mjs FOLDER, where FOLDER holds rules.js.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { load } = await import(pathToFileURL(`${process.argv[2]}/rules.js`));
for (const line of readFileSync(0, "utf-8").trimEnd().split("\n")) {
  const { compiled, sha256, records } = JSON.parse(line);
  const rules = await load(new TextEncoder().encode(compiled), sha256);
  const answers = records.map((record) => {
    try {
      return rules.decide(record);
    } catch (error) {
      return { refused: error.fact };
    }
  });
  process.stdout.write(JSON.stringify(answers) + "\n");
}
