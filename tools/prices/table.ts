import type { CsvLine } from "./csv.ts";

const REQUIRED = ["model", "input", "output"];
const PRICES = ["input", "cached_input", "cache_write", "output"];
/** What the plugin reads: up to 6 decimals, and at most MOST. */
const PRICE = /^\d{1,10}(?:\.\d{1,6})?$/;
const MOST = 1e9;
const LONGEST_NAME = 256;

/** The option `prices` in YAML, one line for each model. Throws an error with all wrong lines. */
export function pricesOption(lines: CsvLine[]): string {
  if (lines.length === 0) throw new Error("line 1: there is no model");
  const missing = REQUIRED.filter((name) => !lines[0].fields.has(name));
  if (missing.length > 0) throw new Error(`line 1: the header has no ${missing.join(", ")}`);
  const seen = new Map<string, number>();
  const faults = lines.flatMap((line) => faultsOf(line, seen).map((fault) => `line ${line.line}: ${fault}`));
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return ["prices:", ...lines.map(entryOf), ""].join("\n");
}

function faultsOf({ line, fields }: CsvLine, seen: Map<string, number>): string[] {
  const model = fields.get("model")!;
  const faults = nameFaults(model);
  const before = seen.get(model);
  if (before !== undefined) faults.push(`${model} is in line ${before} already`);
  else seen.set(model, line);
  for (const name of PRICES) {
    const price = fields.get(name) ?? "";
    if (price === "" && REQUIRED.includes(name)) faults.push(`${name} is required: write 0 if nothing is charged`);
    else if (price !== "" && !(PRICE.test(price) && Number(price) <= MOST))
      faults.push(`${name} must be a price from 0 to ${MOST} with at most 6 decimals, not ${price}`);
  }
  return faults;
}

function nameFaults(model: string): string[] {
  if (model === "") return ["model is required"];
  if (Buffer.byteLength(model) > LONGEST_NAME) return [`model has more than ${LONGEST_NAME} bytes`];
  const star = model.indexOf("*");
  if (star >= 0 && star < model.length - 1) return [`${model} has a * before its end`];
  return /[\0-\x1f\x7f]/.test(model) ? ["model has control characters"] : [];
}

function entryOf({ fields }: CsvLine): string {
  const prices = PRICES.filter((name) => fields.get(name)).map((name) => `${name}: ${fields.get(name)}`);
  const model = fields.get("model")!;
  // Any JSON text is a YAML scalar; a plain one is easier to read.
  const key = /^[A-Za-z][\w./-]*$/.test(model) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(model);
  return `  ${key ? model : JSON.stringify(model)}: { ${prices.join(", ")} }`;
}
