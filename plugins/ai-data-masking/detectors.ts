import { Check } from "./checksums";

/** The names of `detector`. */
export const DETECTORS: string[] = [
  "email",
  "phone",
  "credit_card",
  "cn_id",
  "iban",
  "us_ssn",
  "ip",
  "jwt",
  "private_key",
  "api_key",
];

const OCTET = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
/** An IPv4 address. */
export const IPV4 = "\\b(?:" + OCTET + "\\.){3}" + OCTET + "\\b";
/** An IPv6 address, whole or with `::` inside. */
export const IPV6 =
  "\\b(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){1,7}(?::[0-9A-Fa-f]{1,4}){1,7})\\b";

const PATTERNS: string[] = [
  "\\b[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9][A-Za-z0-9.-]*\\.[A-Za-z]{2,}\\b",
  // E.164, mobile numbers of China, and numbers of North America in groups.
  "(?:\\+[1-9](?:[ .-]?[0-9]){6,14}|\\b1[3-9][0-9]{9}|\\b[2-9][0-9]{2}[ .-][0-9]{3}[ .-][0-9]{4})\\b",
  "\\b[0-9](?:[ -]?[0-9]){12,18}\\b",
  "\\b[0-9]{17}[0-9Xx]\\b",
  "\\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\\b",
  "\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b",
  "(?:" + IPV4 + "|" + IPV6 + ")",
  // The base64 of `{"`, with which each JSON Web Token begins (RFC 7519), and all that follows.
  "\\beyJ[A-Za-z0-9_-]{8}[A-Za-z0-9_.-]*",
  "-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[A-Za-z0-9+/=\\s\\\\]*",
  // OpenAI and Anthropic, AWS, GitHub, Slack, Google, GitLab.
  "\\b(?:sk-[A-Za-z0-9_-]{16,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|xox[abprs]-[A-Za-z0-9-]{10,}|" +
    "AIza[0-9A-Za-z_-]{35}|glpat-[A-Za-z0-9_-]{20,})",
];

/** The pattern of the detector at an index of `DETECTORS`. */
export function detectorPattern(index: i32): string {
  return PATTERNS[index];
}

/** The condition on the matches of the detector at an index of `DETECTORS`. */
export function detectorCheck(index: i32): Check {
  const name = DETECTORS[index];
  if (name == "credit_card") return Check.Card;
  if (name == "cn_id") return Check.ChineseId;
  if (name == "iban") return Check.Iban;
  return name == "us_ssn" ? Check.SocialSecurity : Check.None;
}
