// SPDX-License-Identifier: Apache-2.0
// What a cell of the matrix holds. What is expected here is also the data of the tables in docs/matrix.md.
import type { Feature } from "./features.ts";
import type { ClientError, Lane } from "./lane.ts";
import type { ClientName, FeatureName, Row } from "./rows.ts";

/** `works`, `refused by <whom>: <status and message>`, or `lost: <what>`. */
export async function resultOf(lane: Lane, feature: Feature): Promise<string> {
  try {
    const lost = await feature(lane);
    return lost.length ? `lost: ${lost.join("; ")}` : "works";
  } catch (error) {
    const { status, message, error: body } = error as ClientError;
    if (status === undefined) return `lost: ${String(error)}`;
    const { message: outer, error: inner } = (body ?? {}) as { message?: string; error?: { message?: string } };
    const by = lane.hasArrived ? "the provider" : "the gateway";
    return `refused by ${by}: ${inner?.message ?? outer ?? message}`;
  }
}

/** A result other than `works`, with its reason. */
export interface Exception {
  client: ClientName;
  providers: string[];
  features: FeatureName[];
  result: string;
  why: string;
}

/** What a cell must hold. */
export const expectedOf = (exceptions: Exception[], row: Row, feature: FeatureName): Exception | undefined =>
  exceptions.find(
    ({ client, providers, features }) =>
      client === row.client && providers.includes(row.provider) && features.includes(feature),
  );

const TEXT_ALONE = "DeepSeek's chats and Messages take text alone";
const noPart = (text: string): string => `refused by the provider: ${text}`;

/** What does not work through ai-proxy. */
export const EXCEPTIONS: Exception[] = [
  ...(["chat", "Messages", "Responses"] as const).map((client): Exception => ({
    ...{ client, providers: client === "chat" ? ["deepseek"] : ["deepseek-chats"], features: ["picture"] },
    result: noPart(
      "Failed to deserialize the JSON body into the target type: messages[0]: unknown variant `image_url`, expected `text` at line 1 column 1",
    ),
    why: TEXT_ALONE,
  })),
  {
    ...{ client: "Messages", providers: ["deepseek"], features: ["picture"], why: TEXT_ALONE },
    result: noPart(
      "messages.0.content.0: Input tag 'image' does not match any of the expected tags: 'text', 'tool_result'",
    ),
  },
  {
    ...{ client: "chat", providers: ["deepseek"], features: ["structured output"] },
    result: noPart("This response_format type is unavailable now"),
    why: "DeepSeek's chats know JSON, but no schema, and a chat passes as it is",
  },
  {
    ...{ client: "Messages", providers: ["deepseek"], features: ["structured output"] },
    result:
      "refused by the gateway: This provider's Messages ignore 'output_config.format'; with translateMessages it gets a chat for JSON.",
    why: "DeepSeek's Messages know no schema",
  },
];
