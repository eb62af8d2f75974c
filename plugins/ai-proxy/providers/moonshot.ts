import { Api } from "../../../assembly/ai/api";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { removeMember } from "../../../assembly/json/member-edit";
import { jsonFirst, jsonGet, jsonKind, JsonKind } from "../../../assembly/json/value";
import { Exchange } from "../exchange";
import { OpenAiCompatible } from "../openai-compatible";

/** Moonshot's Kimi. https://platform.moonshot.cn/docs/api/chat */
class Moonshot extends OpenAiCompatible {
  /** It tells the usage of each stream, asked or not. */
  override mayAskForUsage(exchange: Exchange): bool {
    return false;
  }

  override editsEvents(exchange: Exchange): bool {
    return exchange.api == Api.ChatCompletions;
  }

  /** The usage stands inside the last choice, and once more in a chunk of its own if the client asked. */
  override editEvent(exchange: Exchange, event: JsonDocument, edit: JsonEdit): void {
    const choice = jsonFirst(event.get("choices"));
    const usage = jsonGet(choice, "usage");
    if (jsonKind(usage) != JsonKind.Object) return;
    exchange.usage.read(usage);
    removeMember(edit, choice, "usage");
    if (!exchange.includeUsage) edit.set("usage", usage);
  }
}

/** The type `moonshot`. */
export const moonshot = new Moonshot("moonshot", "api.moonshot.cn")
  .serve(Api.ChatCompletions, "/v1/chat/completions")
  .serve(Api.Models, "/v1/models")
  .serve(Api.RetrieveModel, "/v1/models/{model}");
