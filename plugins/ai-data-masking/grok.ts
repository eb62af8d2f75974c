import { IPV4, IPV6 } from "./detectors";

/** The names of grok that a `regex` may use, each followed by its pattern. https://help.aliyun.com/zh/sls/user-guide/grok-patterns */
const NAMES: string[] = [
  "MOBILE", "[0-9]{8,11}",
  "IDCARD", "(?:[0-9]{17}[0-9xX]|[0-9]{15})",
  "EMAILLOCALPART", "[a-zA-Z0-9][a-zA-Z0-9_.+=:-]*",
  "EMAILADDRESS", "[a-zA-Z0-9][a-zA-Z0-9_.+=:-]*@[0-9A-Za-z][0-9A-Za-z.-]*",
  "HOSTNAME", "\\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*\\b",
  "IP", "(?:" + IPV6 + "|" + IPV4 + ")",
  "IPV4", IPV4,
  "IPV6", IPV6,
  "MAC", "(?:[A-Fa-f0-9]{2}[:-]){5}[A-Fa-f0-9]{2}",
  "UUID", "[A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}",
  "WORD", "\\b\\w+\\b",
  "INT", "[+-]?[0-9]+",
  "POSINT", "\\b[1-9][0-9]*\\b",
  "NUMBER", "[+-]?[0-9]+(?:\\.[0-9]+)?",
  "BASE16NUM", "[+-]?(?:0x)?[0-9A-Fa-f]+",
  "USERNAME", "[a-zA-Z0-9._-]+",
  "USER", "[a-zA-Z0-9._-]+",
  "NOTSPACE", "\\S+",
  "SPACE", "\\s*",
]; // prettier-ignore

/** Replaces `%{NAME}` by the pattern of that name, and `%{NAME:alias}` by a group `alias`. Returns "" if a name is not known. */
export function expandGrok(regex: string): string {
  let out = "";
  let at = 0;
  while (true) {
    const start = regex.indexOf("%{", at);
    const end = start < 0 ? -1 : regex.indexOf("}", start);
    if (end < 0) return out + regex.substring(at);
    const parts = regex.substring(start + 2, end).split(":");
    const index = NAMES.indexOf(parts[0]);
    if (index < 0 || index & 1 || parts.length > 2) return "";
    const open = parts.length == 2 ? "(?P<" + parts[1] + ">" : "(?:";
    out += regex.substring(at, start) + open + NAMES[index + 1] + ")";
    at = end + 1;
  }
}
