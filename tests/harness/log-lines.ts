// SPDX-License-Identifier: Apache-2.0
import { secretsIn } from "../../tools/config/secrets.ts";
import { routeConfiguration, type Case } from "./case.ts";
import { parseJson } from "./match.ts";

const SECRET_HEADER = /^(authorization|proxy-authorization|x-api-key|api-key|apikey)$/i;

/** Every secret that a case configures or its clients send. */
export function secretsOf(testCase: Case): string[] {
  const texts = [testCase.configuration, ...testCase.routes.map(routeConfiguration)];
  const found = new Set(secretsIn(...texts.map((text) => text && parseJson(text))));
  for (const { request } of testCase.exchanges) {
    for (const [name, values] of Object.entries(request.headers ?? {})) {
      if (SECRET_HEADER.test(name))
        for (const value of [values].flat()) found.add(value.replace(/^(Bearer|Basic) /i, ""));
    }
  }
  // Shorter texts stand in log lines by chance.
  return [...found].filter((secret) => secret.length >= 6);
}

/** The log lines that show a secret, with the secret named by its first letters only. */
export function leakedSecrets(secrets: string[], lines: string[]): string[] {
  return secrets.flatMap((secret) =>
    lines.filter((line) => line.includes(secret)).map((line) => `the secret ${secret.slice(0, 3)}… stands in: ${line}`),
  );
}

/** The texts that stand in more than one of the lines. */
export function repeated(texts: string[], lines: string[]): string[] {
  const counts = texts.map((text) => [text, lines.filter((line) => line.includes(text)).length] as const);
  return counts.filter(([, count]) => count > 1).map(([text, count]) => `${count} log lines contain "${text}"`);
}
