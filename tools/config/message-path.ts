import type { Path } from "./yaml-file.ts";

/** The path at which a plugin's message begins, as far as the value has it, and the rest of the message. */
export interface Located {
  path: Path;
  rest: string;
}

/**
 * Reads the path of a message such as `$.providers[0].type must be one of …` by the value that it is about: a key may contain any
 * character. A key that the module shortens is found by its beginning.
 */
export function locate(message: string, value: unknown): Located {
  const path: Path = [];
  let rest = message.slice(1);
  for (let inner = value; ;) {
    const step = stepOf(rest, inner);
    if (!step) return { path, rest };
    path.push(step.key);
    rest = rest.slice(step.length);
    inner = (inner as Record<string | number, unknown>)[step.key];
  }
}

function stepOf(rest: string, value: unknown): { key: string | number; length: number } | null {
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) {
    const index = /^\[(\d+)\]/.exec(rest);
    return index && Number(index[1]) < value.length ? { key: Number(index[1]), length: index[0].length } : null;
  }
  if (!rest.startsWith(".")) return null;
  const keys = Object.keys(value).sort((a, b) => b.length - a.length);
  const key = keys.find((name) => rest.startsWith(`.${name}`) && /^($|[\s.[,:])/.test(rest.slice(name.length + 1)));
  if (key !== undefined) return { key, length: key.length + 1 };
  const cut = /^\.(\S*?)(…|\.\.\.)/.exec(rest);
  const long = cut && keys.filter((name) => name.startsWith(cut[1]));
  return cut && long?.length === 1 ? { key: long[0], length: cut[0].length } : null;
}
