// SPDX-License-Identifier: Apache-2.0

/** Decodes as forms are, but a broken percent sign stays as it is, and each byte becomes one character. */
export function decodeForm(text: string): string {
  return text
    .replaceAll("+", " ")
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** The text between `?` and `#`; null if there is none. */
export function queryOf(path: string): string | null {
  return path.includes("?") ? path.slice(path.indexOf("?") + 1).split("#")[0]! : null;
}

/** Names and values of a path's query, decoded, in their order; what is empty is none. */
export function parametersOf(path: string): [name: string, value: string][] {
  const wholes = (queryOf(path) ?? "").split("&").filter((whole) => whole !== "");
  return wholes.map((whole) => {
    const at = whole.indexOf("=");
    return at < 0 ? [decodeForm(whole), ""] : [decodeForm(whole.slice(0, at)), decodeForm(whole.slice(at + 1))];
  });
}
