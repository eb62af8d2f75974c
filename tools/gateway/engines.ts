import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findEnvoy } from "../../tests/harness/find-envoy.ts";
import { root } from "../plugins.ts";
import { SettingsError, type Settings } from "./settings.ts";

/** A way to start Envoy with a configuration file. */
export interface Engine {
  /** The name of the engine, for the user. */
  title: string;
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** The path where `make func-e` installs it. */
export const FUNC_E = join(root, ".tools/bin/func-e");

/** Returns the command that runs the bootstrap with the selected engine; throws an error of one line if the engine is missing. */
export function engineFor(engine: Settings["engine"], bootstrap: string): Engine {
  const flags = ["--use-dynamic-base-id", "--concurrency", "2", "--log-level", "warning", ...pluginLog(), ...FLUSH];
  if (engine === "docker") return docker(bootstrap, flags);
  const { path, version, source } = findEnvoy();
  if (engine === "func-e") {
    if (!existsSync(FUNC_E)) throw new SettingsError('func-e is not installed: run "make func-e"');
    // Its folders are beside it, so that nothing is left in the user's home.
    const home = join(root, ".tools/func-e");
    return {
      title: `Envoy ${version} under func-e`,
      command: FUNC_E,
      args: ["run", "-c", bootstrap, ...flags],
      env: { ENVOY_PATH: path, FUNC_E_CONFIG_HOME: home, FUNC_E_DATA_HOME: home, FUNC_E_STATE_HOME: home },
    };
  }
  return { title: `Envoy ${version} from ${source}`, command: path, args: ["-c", bootstrap, ...flags], env: {} };
}

/** The delay until access logs reach the terminal; Envoy's default is ten seconds. */
const FLUSH = ["--file-flush-interval-msec", "500"];

/** LOG=debug shows the plugins' log lines of that level. */
const pluginLog = (): string[] => ["--component-log-level", `wasm:${process.env.LOG || "info"}`];

function docker(bootstrap: string, flags: string[]): Engine {
  if (spawnSync("docker", ["compose", "version"], { stdio: "ignore" }).status !== 0) {
    throw new SettingsError("ENGINE=docker needs the docker command with its compose plugin");
  }
  return {
    title: "the official envoyproxy/envoy image",
    command: "docker",
    args: ["compose", "-f", join(root, "envoy/compose.yaml"), "up", "--abort-on-container-exit"],
    env: {
      GATEWAY_BOOTSTRAP: bootstrap,
      GATEWAY_FLAGS: flags.join(" "),
      GATEWAY_USER: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    },
  };
}
