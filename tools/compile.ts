import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withBranchHints } from "./branch-hints/index.ts";
import { runCompiler, version } from "./compiler.ts";
import { higressSources } from "./higress.ts";
import { withoutInlining } from "./inlining/index.ts";
import { optimizedAgain, type Levels } from "./optimizer.ts";
import { packed, UNPACK } from "./pack/index.ts";
import { root } from "./plugins.ts";
import { POISONED_OPTIONS, poisonedLibrary } from "./poison.ts";
import { poisonedSources } from "./poisoned-reset.ts";

/** The file that the build replaces with the version of the plugin. */
const VERSION_FILE = "assembly/plugin/version.ts";

/** The sources that compress the data of a module, and those that limit what V8 inlines. */
const PACK_FOLDER = "tools/pack";
const INLINING_FOLDER = "tools/inlining";
const HINTS_FOLDER = "tools/branch-hints";
const WASM_FOLDER = "tools/wasm";

/** What a module is trained with. */
const TRAINING = ["training", "work", "filters", "pairs", "traffic", "pair-traffic"].map(
  (name) => `tests/bench/${name}.ts`,
);

/**
 * The builds: two targets of asconfig.json, a release whose freed memory is overwritten (`poison.ts`), and one for Higress's Envoy
 * (`higress.ts`).
 */
export const TARGETS = ["release", "debug", "poisoned", "higress"] as const;
export type Target = (typeof TARGETS)[number];

/** The input of a compilation: an AssemblyScript entry file, the path of the module, and the build. */
export interface Compilation {
  entry: string;
  out: string;
  target?: Target;
  /** Folders of sources beside the kernel and the entry's own. */
  folders?: string[];
  /** Texts that take the place of sources, by their path. */
  replaced?: Record<string, string>;
  /** False for a module that only tests run: the optimizer takes three quarters of the time. */
  optimized?: boolean;
  /** How the module is optimized; as asconfig.json says of releases unless given. */
  levels?: Levels;
  /** Options of the compiler beside those of the target. */
  options?: string[];
  /** True for a module that V8 is to compile fast, with hardly any inlining of its own: see `tools/inlining`. */
  limitsInlining?: boolean;
  /** The plugin whose traffic in `make bench` the module is trained with, for hints of branches: see `tools/branch-hints`. */
  trainedAs?: string;
}

const WITHOUT_OPTIMIZER = ["--optimizeLevel", "0", "--shrinkLevel", "0"];

/** Reports whether the module was up to date, and its size. */
export interface Compiled {
  upToDate: boolean;
  bytes: number;
}

/**
 * Compiles one module, and skips the compiler when no input changed. Paths are relative to the repository's root.
 * Throws an error with the compiler's message if the source is wrong.
 */
export async function compile({
  entry,
  out,
  target = "release",
  folders = [],
  replaced = {},
  optimized = true,
  levels = releaseLevels(),
  options: more = [],
  limitsInlining = false,
  trainedAs = "",
}: Compilation): Promise<Compiled> {
  const stampFile = join(root, "build", ".stamps", out.replace(/^build\//, "").replaceAll("/", "-"));
  const stamp = fingerprint({
    ...{ entry, out, target, folders, replaced, optimized, levels, options: more, limitsInlining, trainedAs },
  });
  const outFile = join(root, out);
  if (existsSync(outFile) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) {
    return { upToDate: true, bytes: statSync(outFile).size };
  }
  const isPoisoned = target === "poisoned";
  const isPacked = target !== "debug";
  const base = target === "debug" ? target : "release";
  // Several test files may compile one module at the same time: none may read an incomplete one. The debug build has a source map
  // beside it, whose name stands in the module.
  const own = isPacked ? `${out}.${process.pid}.wasm` : out;
  const options = ["--config", "asconfig.json", "--target", base, "--outFile", own, "--baseDir", root, ...more];
  if (isPoisoned) options.push(...POISONED_OPTIONS);
  if (!optimized) options.push(...WITHOUT_OPTIMIZER);
  else if (base === "release" && !isPoisoned)
    options.push("--optimizeLevel", `${levels.optimizeLevel}`, "--shrinkLevel", `${levels.shrinkLevel}`);
  // For the names of functions: the code is the same.
  if (limitsInlining) options.push("--debug");
  const version = versionOf(entry);
  const texts = { ...replaced };
  if (version) texts[VERSION_FILE] = `export const VERSION: string = ${JSON.stringify(version)};\n`;
  if (isPoisoned) Object.assign(texts, poisonedSources());
  if (target === "higress") Object.assign(texts, higressSources());
  const message = await runCompiler(
    [...(isPacked ? [UNPACK] : []), entry, ...options],
    texts,
    isPoisoned ? poisonedLibrary() : {},
  );
  if (message) throw new Error(`${entry} does not compile\n${message}`);
  if (isPacked) {
    const compiled = readFileSync(join(root, own));
    // Nothing is left of it if what follows fails.
    rmSync(join(root, own));
    const module = optimized && !isPoisoned ? await optimizedAgain(compiled, levels, limitsInlining) : compiled;
    const last = limitsInlining ? withoutInlining : (same: Uint8Array) => same;
    writeFileSync(join(root, own), packed(trainedAs ? await trained(module, trainedAs, last) : last(module)));
    renameSync(join(root, own), outFile);
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
  return { upToDate: false, bytes: statSync(outFile).size };
}

/** The module with hints of its branches, if there is traffic to train it with, and changed by `last`. */
async function trained(
  module: Uint8Array,
  plugin: string,
  last: (module: Uint8Array) => Uint8Array,
): Promise<Uint8Array> {
  // Only builds need it: the emulation of Envoy's host takes a second to load.
  const { trainingOf } = await import("../tests/bench/training.ts");
  const training = trainingOf(plugin);
  return training ? withBranchHints(module, training, last) : last(module);
}

/** The levels of the target `release` in asconfig.json. */
function releaseLevels(): Levels {
  const { targets } = JSON.parse(readFileSync(join(root, "asconfig.json"), "utf8")) as { targets: { release: Levels } };
  return targets.release;
}

/** `x-version` of the schema beside the entry; empty if there is none. */
function versionOf(entry: string): string | undefined {
  const file = join(root, dirname(entry), "schema.json");
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, "utf8")) as Record<string, string | undefined>)["x-version"];
}

/** Hashes all inputs of the module: the kernel, the entry's folder, `folders`, the compiler and its configuration. */
function fingerprint(compilation: Required<Compilation>): string {
  const { entry, target, folders, replaced, optimized, levels, options, limitsInlining, trainedAs } = compilation;
  const hash = createHash("sha256")
    .update(optimized ? target : `${target}, not optimized`)
    .update(version)
    .update(target === "poisoned" ? JSON.stringify([POISONED_OPTIONS, poisonedLibrary(), poisonedSources()]) : "")
    .update(versionOf(entry) ?? "")
    .update(JSON.stringify([replaced, options, levels, trainedAs]));
  const tools = [
    ...[PACK_FOLDER, WASM_FOLDER],
    ...(limitsInlining ? [INLINING_FOLDER] : []),
    ...(trainedAs ? [HINTS_FOLDER] : []),
  ];
  const inputs = [
    ...["asconfig.json", "tools/optimizer.ts", ...(trainedAs ? TRAINING : [])],
    ...["assembly", ...tools, ...folders, dirname(entry)].flatMap(sources),
  ];
  for (const file of inputs) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file}`)
    .sort();
}
