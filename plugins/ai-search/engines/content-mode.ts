import { ConfigReader } from "../../../assembly/config/reader";

const MODES = ["summary", "full"];

/** Reads `contentMode`: whether the text of whole pages is asked for instead of a summary. */
export function readsWholePages(reader: ConfigReader): bool {
  return reader.choice("contentMode", MODES, 0) == 1;
}
