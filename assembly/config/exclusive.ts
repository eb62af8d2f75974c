import { ConfigReader } from "./reader";

/** The one of several exclusive options that is set: `option`, unless one was `found` before; a second one is an error. */
export function exclusive(reader: ConfigReader, option: string, found: string): string {
  if (!reader.has(option)) return found;
  if (!found.length) return option;
  reader.fail(option, `must not stand beside ${found}`);
  return found;
}
