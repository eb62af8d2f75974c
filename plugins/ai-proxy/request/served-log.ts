import { sliceToString } from "../../../assembly/bytes/slice";
import { isPrintable } from "../../../assembly/config/printable";
import { log, LogLevel, logs } from "../../../assembly/host/log";
import { Exchange } from "../exchange";
import { translationName } from "../translation-name";

/** Says at debug to which provider a request goes, with which model and which API key: the key's number, never the key. */
export function logServed(exchange: Exchange): void {
  if (!logs(LogLevel.Debug)) return;
  const count = exchange.config.tokens.length;
  const model = sliceToString(exchange.model.slice);
  const named = !model.length ? "no model" : isPrintable(model) ? `model "${model}"` : "a model of other letters";
  const key = count ? `API key ${exchange.tokenNumber} of ${count}` : "the client's own key";
  const translated = exchange.isBridged ? `, ${sliceToString(translationName(exchange))}` : "";
  log(LogLevel.Debug, `ai-proxy: provider "${exchange.config.name}", ${named}, ${key}${translated}`);
}
