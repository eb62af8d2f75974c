// SPDX-License-Identifier: Apache-2.0
import { checkers } from "../checkers/index.ts";
import { engines } from "../engines/index.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { vectors } from "../vectors/index.ts";
import type { Case, CaseCallouts } from "./case.ts";
import { toReply } from "./wire.ts";

/** The services that the cases call, by cluster. Two cases may name one cluster only with the same rules: a call does not say whose it is. */
export function calloutsOf(cases: Case[]): CaseCallouts {
  const all: CaseCallouts = {};
  for (const { plugin, name, callouts } of cases) {
    for (const [cluster, rules] of Object.entries(callouts ?? {})) {
      if (JSON.stringify(all[cluster] ?? rules) !== JSON.stringify(rules))
        throw new Error(`${plugin}: ${name}: another case has the cluster "${cluster}" with other rules`);
      all[cluster] = rules;
    }
  }
  return all;
}

/** The reply to a call: that of the first rule whose texts the call contains. */
export function answerCallout(callouts: CaseCallouts, cluster: string, request: ProviderRequest): ProviderReply {
  const text = textOf(request);
  const rule = callouts[cluster]?.find(({ when = [] }) => [when].flat().every((part) => text.includes(part)));
  if (!rule) throw new Error(`no rule of the cluster "${cluster}" for the call:\n${text}`);
  return rule.mock === undefined ? toReply(rule.reply!) : mockOf(rule.mock).handle(request);
}

function mockOf(name: string): Dialect {
  const mock = checkers[name] ?? engines[name] ?? vectors[name];
  if (!mock) throw new Error(`no mock service "${name}" in tests/checkers, tests/engines or tests/vectors`);
  return mock;
}

/** A call as text: the line of the request, the headers, the body as it is, and decoded if it is a form. */
function textOf({ method, path, authority, headers, body }: ProviderRequest): string {
  const lines = [
    `${method} ${path}`,
    `:authority: ${authority}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const isForm = headers.some(([name, value]) => name === "content-type" && value.includes("x-www-form-urlencoded"));
  const fields = isForm ? [...new URLSearchParams(body.toString())].map(([name, value]) => `${name}=${value}`) : [];
  return [...lines, "", body.toString(), ...fields].join("\n");
}
