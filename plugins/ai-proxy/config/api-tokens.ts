import { SecretSet, SHORTEST_SECRET } from "../../../assembly/bytes/secret-set";
import { isVisible } from "../../../assembly/config/printable";
import { ConfigReader } from "../../../assembly/config/reader";
import { startsWithIgnoringCase } from "./address";
import { ApiToken } from "./api-token";
import { ProviderSettings } from "./provider-settings";

const SCHEME = "bearer ";

/** Reads `apiTokens` or `apiToken`; reports each API key that no header can contain, with its path. */
export function readApiTokens(reader: ConfigReader, provider: ProviderSettings): ApiToken[] {
  const hasOne = reader.has("apiToken");
  if (hasOne && reader.has("apiTokens")) {
    reader.report.errors.push(`${reader.path}.apiToken and ${reader.path}.apiTokens say the same: remove one of them`);
  }
  const one = hasOne ? reader.requiredTextOrNumber("apiToken") : "";
  reader.refuseEmptyList("apiTokens");
  const texts = reader.textsOrNumbers("apiTokens");
  if (hasOne) texts.push(one);
  const tokens: ApiToken[] = [];
  for (let i = 0; i < texts.length; i++) {
    // Values that are no texts, and empty ones, were reported.
    if (!texts[i].trim().length) continue;
    const fault = faultOf(texts[i]);
    const place = hasOne ? "apiToken" : `apiTokens[${i}]`;
    if (fault.length) reader.fail(place, fault);
    else tokens.push(new ApiToken(texts[i], provider.tokenScheme));
    if (!fault.length && texts[i].length < SHORTEST_SECRET)
      reader.warn(place, `has fewer than ${SHORTEST_SECRET} bytes: it may be a word, and is not masked in responses`);
  }
  if (!tokens.length && provider.requiresToken && !reader.failed) reader.fail("apiTokens", "must hold a key");
  return tokens;
}

/** The API keys to mask in responses; `null` if none of them is long enough to differ from a word. */
export function secretsOf(tokens: ApiToken[]): SecretSet | null {
  const texts: string[] = [];
  for (let i = 0; i < tokens.length; i++) texts.push(tokens[i].text);
  return SecretSet.of(texts);
}

/** Reads `forwardClientCredentials`, which cannot be true if the gateway has API keys. */
export function readForwarding(reader: ConfigReader, hasTokens: bool): bool {
  const forwards = reader.boolean("forwardClientCredentials", false);
  if (forwards && hasTokens) reader.fail("forwardClientCredentials", "cannot be true where there are keys");
  return forwards;
}

/** What is wrong with an API key; "" for nothing. */
function faultOf(text: string): string {
  if (startsWithIgnoringCase(text, SCHEME)) return "must be the key alone, without Bearer";
  return isVisible(text) ? "" : "must be printable ASCII without blanks";
}
