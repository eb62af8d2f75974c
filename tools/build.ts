import { watch } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { budgetOf, choiceOf, chosenSources, SMALL } from "./chosen-providers.ts";
import { compile, TARGETS, type Target } from "./compile.ts";
import { COMPILERS } from "./compiler.ts";
import { higressPlugins } from "./higress.ts";
import { findPlugins, root, type Plugin } from "./plugins.ts";

/** The size limit of a released module; the build fails above it. */
const SIZE_BUDGET_BYTES = 85_000;
/** It contains every provider, the pattern engine of `modelMapping`, the key mask and the protocols of clients (54 KB). */
const AI_PROXY_BUDGET_BYTES = 295_000;

/** Holds the pattern engine of `autoRouting` and its tables. */
const MODEL_ROUTER_BUDGET_BYTES = 90_000;
/** Holds and reads streams of every protocol. */
const FALLBACK_BUDGET_BYTES = 100_000;
/** Holds the pattern engine of keys, the Redis client, and reads streams. */
const AI_TOKEN_RATELIMIT_BUDGET_BYTES = 118_000;
/** Reads streams of every protocol, and has metrics with labels. */
const AI_STATISTICS_BUDGET_BYTES = 120_000;
/** Holds the pattern engine, and reads and writes streams of every protocol. */
const AI_DATA_MASKING_BUDGET_BYTES = 135_000;
/** Holds the Redis client, and reads and writes the messages of every protocol of clients. */
const AI_CACHE_BUDGET_BYTES = 170_000;
/** Holds the Redis client, and reads streams of chats and Messages. */
const AI_HISTORY_BUDGET_BYTES = 110_000;
/** Runs for every message to and from Redis, without most of the kernel. */
const REDIS_BRIDGE_BUDGET_BYTES = 8_000;
/** The limit of ai-security-guard, in bytes: the services that check texts, and Aliyun's signature. */
const AI_SECURITY_GUARD_BUDGET_BYTES = 150_000;
/** The limit of ai-search, in bytes: its engines, and the streams of two protocols. */
const AI_SEARCH_BUDGET_BYTES = 110_000;
/** The plugins that have a budget of their own. */
const BUDGETS: Record<string, number> = {
  "redis-bridge": REDIS_BRIDGE_BUDGET_BYTES,
  "ai-cache": AI_CACHE_BUDGET_BYTES,
  "ai-data-masking": AI_DATA_MASKING_BUDGET_BYTES,
  "ai-history": AI_HISTORY_BUDGET_BYTES,
  "ai-proxy": AI_PROXY_BUDGET_BYTES,
  "ai-search": AI_SEARCH_BUDGET_BYTES,
  "ai-security-guard": AI_SECURITY_GUARD_BUDGET_BYTES,
  "ai-statistics": AI_STATISTICS_BUDGET_BYTES,
  "ai-token-ratelimit": AI_TOKEN_RATELIMIT_BUDGET_BYTES,
  fallback: FALLBACK_BUDGET_BYTES,
  "model-router": MODEL_ROUTER_BUDGET_BYTES,
};

/** The modules whose compilation by V8 takes so long that it is shortened (docs/decisions/0022). */
const COMPILED_FAST = ["ai-proxy"];

const { values: options } = parseArgs({
  options: {
    plugin: { type: "string", default: "" },
    target: { type: "string", default: "release" },
    watch: { type: "boolean", default: false },
  },
});
const chosenTarget = TARGETS.find((name) => name === options.target);
if (!chosenTarget) {
  console.error(`build: TARGET is one of ${TARGETS.join(", ")}, not "${options.target}"`);
  process.exit(2);
}
const target: Target = chosenTarget;

/** Compiles changed modules, prints one line per module, and returns whether all of them compiled within the budget. */
async function build(): Promise<boolean> {
  const isHigress = target === "higress";
  const plugins = (isHigress ? higressPlugins : findPlugins)(options.plugin || undefined);
  let ok = true;
  const rest = plugins.values();
  const buildRest = async () => {
    for (const plugin of rest) if (!(await buildOne(plugin))) ok = false;
  };
  await Promise.all(Array.from({ length: COMPILERS }, buildRest));
  if (isHigress && options.plugin && plugins.length === 0)
    console.log(`build/${options.plugin}.wasm is the module of ${options.plugin} for Higress, too`);
  return ok;
}

/** Returns whether the module compiled within its budget. */
async function buildOne(plugin: Plugin): Promise<boolean> {
  const started = performance.now();
  const isHigress = target === "higress";
  const out = target === "poisoned" || isHigress ? plugin[target] : plugin.wasm;
  try {
    const choice = plugin.name === "ai-proxy" ? choiceOf(process.env) : {};
    const replaced = chosenSources(choice);
    const isSmall = Object.keys(replaced).length > 0 && target === "release";
    const { upToDate, bytes } = await compile({
      entry: plugin.entry,
      out,
      target,
      replaced,
      ...(isSmall ? { levels: SMALL } : {}),
      // Hints cost 2 to 3 KB.
      trainedAs: target === "release" && !isSmall ? plugin.name : "",
      limitsInlining: COMPILED_FAST.includes(plugin.name) && !isSmall,
    });
    const budget = budgetOf(choice) ?? BUDGETS[plugin.name] ?? SIZE_BUDGET_BYTES;
    const tooBig = (target === "release" || isHigress) && bytes > budget;
    const spent = upToDate ? "up to date" : `${((performance.now() - started) / 1000).toFixed(1)} s`;
    const size = `${(bytes / 1000).toFixed(1)} KB of ${budget / 1000}`;
    console.log(`${out.padEnd(28)} ${size.padStart(18)}  ${spent}${tooBig ? "  OVER BUDGET" : ""}`);
    return !tooBig;
  } catch (error) {
    console.error((error as Error).message);
    return false;
  }
}

/** Builds again after each change of a source, one build at a time, until interrupted. */
async function watchSources(): Promise<void> {
  await build();
  let running = false;
  let again = false;
  const rebuild = async () => {
    if (running) return void (again = true);
    running = true;
    do {
      again = false;
      await build();
    } while (again);
    running = false;
  };
  let timer: NodeJS.Timeout | undefined;
  for (const folder of ["assembly", "plugins"]) {
    watch(join(root, folder), { recursive: true }, (_event, file) => {
      if (!file?.endsWith(".ts")) return;
      clearTimeout(timer);
      timer = setTimeout(rebuild, 50);
    });
  }
  console.log("watching assembly/ and plugins/");
}

try {
  if (options.watch) await watchSources();
  else process.exitCode = (await build()) ? 0 : 1;
} catch (error) {
  console.error(`build: ${(error as Error).message}`);
  process.exitCode = 2;
}
