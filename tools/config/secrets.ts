/** Names of options that hold a secret: all texts in their values are secrets. */
const SECRET_OPTION =
  /^(api_?tokens?|api_?keys?|credentials?|.*secret.*|.*password.*|(access|private)_?key.*|ak|sk|token)$/i;

/** The shortest text that counts as a secret: shorter ones occur in other texts by chance. */
const SHORTEST = 6;

/** The secrets in a configuration, or in several. */
export function secretsIn(...values: unknown[]): string[] {
  const found = new Set<string>();
  for (const value of values) collect(value, false, found);
  return [...found].filter((secret) => secret.length >= SHORTEST);
}

/** The text with each secret replaced by its first three characters and an ellipsis. */
export function masked(text: string, secrets: string[]): string {
  // The longest first: one secret may be a part of another.
  const longest = [...secrets].sort((a, b) => b.length - a.length);
  return longest.reduce((rest, secret) => rest.replaceAll(secret, `${secret.slice(0, 3)}…`), text);
}

function collect(value: unknown, isSecret: boolean, found: Set<string>): void {
  if (typeof value === "string") {
    if (isSecret) found.add(value);
  } else if (Array.isArray(value)) for (const item of value) collect(item, isSecret, found);
  else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) collect(item, isSecret || SECRET_OPTION.test(name), found);
  }
}
