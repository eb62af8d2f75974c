import { asciiLowerCase } from "../../../assembly/bytes/lower-case";
import { SHORTEST_SECRET } from "../../../assembly/bytes/secret-set";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";

/** Reads a required key: it must fit a header, and is warned about if it is too short to be masked in logs. */
export function readKey(reader: ConfigReader, key: string): string {
  const text = reader.requiredTextOrNumber(key);
  if (!text.trim().length) return text;
  if (!isVisible(text)) reader.fail(key, "must be printable ASCII without blanks");
  else if (asciiLowerCase(text).startsWith("bearer"))
    reader.fail(key, "must be the key alone, without Bearer, which is put in front of it");
  else if (text.length < SHORTEST_SECRET)
    reader.warn(key, `has fewer than ${SHORTEST_SECRET} bytes: it may be a word, and is not masked in logs`);
  return text;
}
