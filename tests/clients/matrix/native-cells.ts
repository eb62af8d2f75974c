// SPDX-License-Identifier: Apache-2.0
// What Envoy's own transcoder does with the cases of the matrix, for the pairs that it claims.
import type { Exception } from "./cells.ts";
import type { ClientName, FeatureName } from "./rows.ts";

const TOOLS: FeatureName[] = ["tools, two turns", "parallel tools"];
const ERRORS: FeatureName[] = ["error", "error in a stream"];
const OTHER_FIELDS = "fields of the client's protocol are forwarded as they are";
const OTHER_SHAPE = "an error of the provider is forwarded as it is";
const NO_CALLS = "of a tool call only the reason of the end is left";
const NO_PARTS = "parts that are no text are forwarded as they are";
const NO_MEDIA = "parts that are no text are refused";
const MEDIA =
  "refused by the gateway: 400 cannot transcode content block in 'content' without a 'text' field; multi-modal content is not supported yet";

type Cells = [features: FeatureName[], result: string, why: string][];

const exceptions = (client: ClientName, provider: string, cells: Cells): Exception[] =>
  cells.map(([features, result, why]) => ({ client, providers: [provider], features, result, why }));
const unknown = (text: string): string => `refused by the provider: ${text}`;
const unknownOfGemini = (name: string): string =>
  unknown(`Invalid JSON payload received. Unknown name "${name}": Cannot find field.`);
const toolsOfGemini = unknown(
  `Invalid JSON payload received. Unknown name "function" at 'tools[0]': Cannot find field.`,
);

/** What does not work through Envoy's transcoder. */
export const NATIVE_EXCEPTIONS: Exception[] = [
  ...exceptions("chat", "claude", [
    [TOOLS, "lost: the calls", NO_CALLS],
    [
      ["picture"],
      unknown(
        "messages.0.content.0: Input tag 'image_url' does not match any of the expected tags: 'text', 'tool_result', 'image'",
      ),
      NO_PARTS,
    ],
    [["thinking"], unknown("reasoning_effort: Extra inputs are not permitted"), OTHER_FIELDS],
    [["structured output"], unknown("response_format: Extra inputs are not permitted"), OTHER_FIELDS],
    [ERRORS, "lost: the shape of the error", OTHER_SHAPE],
  ]),
  ...exceptions("chat", "gemini", [
    [TOOLS, toolsOfGemini, OTHER_FIELDS],
    [["picture"], MEDIA, NO_MEDIA],
    [["thinking"], unknownOfGemini("reasoning_effort"), OTHER_FIELDS],
  ]),
  ...exceptions("Messages", "openai", [
    [TOOLS, "lost: the calls", NO_CALLS],
    [
      ["picture"],
      unknown(
        "Invalid value: 'image'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', 'audio' and 'file'.",
      ),
      NO_PARTS,
    ],
    [["thinking"], unknown("Unrecognized request argument supplied: thinking"), OTHER_FIELDS],
    [["structured output"], unknown("Unrecognized request argument supplied: output_config"), OTHER_FIELDS],
    [["error"], "lost: the shape of the error", OTHER_SHAPE],
    [["error in a stream"], "lost: the message of the error; the shape of the error", OTHER_SHAPE],
  ]),
  ...exceptions("Messages", "gemini", [
    [TOOLS, toolsOfGemini, OTHER_FIELDS],
    [["picture"], MEDIA, NO_MEDIA],
    [["thinking"], unknownOfGemini("thinking"), OTHER_FIELDS],
    [["structured output"], unknownOfGemini("output_config"), OTHER_FIELDS],
    [["error"], "lost: the shape of the error", OTHER_SHAPE],
    [["error in a stream"], "lost: the message of the error; the shape of the error", OTHER_SHAPE],
  ]),
];
