// SPDX-License-Identifier: Apache-2.0
// Anthropic's own API: https://platform.claude.com/docs/en/api/messages
import { anthropicMessages } from "./anthropic.ts";
import { invalid } from "./anthropic-errors.ts";
import { checkModel, hidesThinking, isThinking } from "./claude-models.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "./types.ts";
import { headerOf, jsonReply, pathOf, requestIdOf } from "./wire.ts";

const options = {
  images: true,
  maxTemperature: 1,
  servedModel: (model: string): string | undefined => (model.startsWith("claude-") ? model : undefined),
  isReasoning: isThinking,
  ...{ hidesReasoning: hidesThinking, checkModel },
};

/** The dialect `claude-native`. */
export const claudeDialect = (): Dialect => ({
  name: "claude-native",
  handle(request: ProviderRequest): ProviderReply {
    const id = requestIdOf(request);
    if (pathOf(request) !== "/v1/messages") {
      return jsonReply(404, {
        type: "error",
        error: { type: "not_found_error", message: "Not Found" },
        request_id: id,
      });
    }
    // https://platform.claude.com/docs/en/api/versioning
    if (!headerOf(request, "anthropic-version")) {
      return jsonReply(400, invalid("anthropic-version", "header is required").body(id));
    }
    return anthropicMessages(request, options);
  },
});
