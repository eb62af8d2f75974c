// SPDX-License-Identifier: Apache-2.0

/** The members of `ai_log` that two runs of one exchange do not share. */
const TIMES = ["llm_first_token_duration", "llm_service_duration", "safecheck_request_rt", "safecheck_response_rt"];

/** What ai-statistics has written into the filter state `ai_log`, which stands between quotes in an access log. Throws if it is no JSON. */
export function readAiLog(state: string): Record<string, unknown> {
  const text = JSON.parse(`"${state}"`) as string;
  return JSON.parse(text) as Record<string, unknown>;
}

/** The same without times, as a text; "" for none. */
export function timelessAiLog(state: string | undefined): string {
  if (state === undefined) return "";
  return JSON.stringify(Object.entries(readAiLog(state)).filter(([key]) => !TIMES.includes(key)));
}
