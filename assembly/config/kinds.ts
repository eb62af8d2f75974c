import { ConfigReader } from "./reader";

/** A kind of objects: the value of `type`, and what reads the other options. */
export class Kind<T> {
  constructor(
    readonly name: string,
    readonly read: (reader: ConfigReader) => T,
  ) {}
}

/**
 * Reads an object whose `type` says of which kind it is; `null`, with an error, if it names none. `unsupported` are names that Higress knows: the error
 * says so. What was read with errors is not used: the configuration is refused.
 */
export function readKind<T>(kinds: Kind<T>[], unsupported: string[], reader: ConfigReader): T | null {
  const name = reader.requiredText("type");
  const names: string[] = [];
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i].name == name) return kinds[i].read(reader);
    names.push(kinds[i].name);
  }
  const reason = unsupported.includes(name) ? `${name} is not supported: ` : "";
  if (name.trim().length) reader.fail("type", `${reason}must be one of ${names.join(", ")}`);
  return null;
}
