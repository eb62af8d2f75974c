import { Api } from "../../../assembly/ai/api";
import { ValueSource } from "../config/value-source";
import { Exchange } from "../exchange";
import { providerOf } from "../providers";
import { needsSettingsOnly } from "./body-need";
import { CONTEXT, SIGNATURES } from "../config/built-features";

/** The value that the provider's signature needs; `null` for none. */
export function credentialOf(exchange: Exchange): ValueSource | null {
  if (!SIGNATURES) return null;
  return exchange.config.settings.signs ? providerOf(exchange).credential(exchange) : null;
}

/** The text that is added to the chat; `null` for none. */
export function contextOf(exchange: Exchange): ValueSource | null {
  if (!CONTEXT) return null;
  const context = exchange.config.chat.context;
  if (context === null || exchange.api != Api.ChatCompletions || exchange.isOnlySigned) return null;
  return needsSettingsOnly(exchange) ? null : context;
}
