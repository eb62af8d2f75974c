// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** Where a program is, or why there is none. */
export type FoundProgram = { path: string; missing?: undefined } | { path?: undefined; missing: string };

/** A program that tests need and the project does not install. */
export interface Program {
  /** How people call it. */
  title: string;
  /** The name of its file; also that of its folder in .tools and of the target of make that unpacks it there. */
  name: string;
  /** The variable of the environment that may name its file. */
  variable: string;
}

/** Finds a program: its variable, otherwise PATH, otherwise the one that make unpacks into .tools. */
export function findProgram({ title, name, variable }: Program, env: NodeJS.ProcessEnv = process.env): FoundProgram {
  const named = env[variable];
  if (named)
    return isExecutable(named) ? { path: named } : { missing: `${variable}=${named} is not an executable file` };
  const folders = (env.PATH ?? "").split(delimiter).filter(Boolean);
  const unpacked = resolve(import.meta.dirname, "../../.tools", name);
  const path = [...folders, unpacked].map((folder) => join(folder, name)).find(isExecutable);
  return path ? { path } : { missing: `no ${title}: install it, or run make ${name}` };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
