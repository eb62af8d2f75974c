import { Api } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { decodePercent } from "../../../assembly/bytes/percent";
import { percentEncode } from "../../../assembly/bytes/percent-encode";
import { QueryParameters, queryOf } from "../../../assembly/bytes/query";
import {
  indexOfByte,
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceIncludes,
  sliceSize,
  slicesEqual,
  subslice,
} from "../../../assembly/bytes/slice";
import { isCredential } from "./credentials";
import { Exchange } from "../exchange";
import { BodyTreatment } from "../provider";
import { providerOf } from "../providers";
import { Protocol } from "../config/provider-config";

const QUESTION_MARK = 0x3f;
const AMPERSAND = 0x26;

/** Azure's parameter; Azure refuses a request that has it twice. */
const VERSION = "api-version";
/** How OpenAI and how Azure's dated versions name the model of a realtime conversation. */
const MODEL = "model";
const DEPLOYMENT = "deployment";

const parameters = new QueryParameters();
const plain = new ByteBuffer();

/**
 * Reads the model that the handshake of a realtime conversation names in its query, and maps it into `exchange.model`.
 * Gives `false` when `exchange.refuse` said what is wrong. https://platform.openai.com/docs/guides/realtime-websocket
 */
export function readQueryModel(exchange: Exchange): bool {
  if (!mapsQuery(exchange)) return true;
  let count = 0;
  parameters.begin(queryOf(exchange.path));
  while (parameters.next()) {
    if (!namesModel(parameters.name)) continue;
    // Each would be replaced by a name that may be longer.
    if (++count > 1) return exchange.refuse("The query names 'model' twice.", MODEL, "duplicate_parameter");
    const model = decoded(parameters.value);
    exchange.model.clear();
    if (sliceSize(model)) exchange.model.append(exchange.config.models.map(model));
  }
  return true;
}

/** Appends the client's query, without the keys in it if the gateway has its own, and then `more`, which takes precedence. */
export function writeQuery(exchange: Exchange, query: Slice, more: Slice, out: ByteBuffer, from: i32): void {
  if (sliceSize(query) > 0) writeOwn(exchange, query, more, out, from);
  else if (sliceSize(more)) beginQuery(out, from).append(more);
}

function writeOwn(exchange: Exchange, query: Slice, more: Slice, out: ByteBuffer, from: i32): void {
  const hasModel = mapsQuery(exchange) && sliceSize(exchange.model.slice) > 0;
  const name = hasModel ? exchange.config.settings.modelParameter : "";
  let isWhole = true;
  let owesModel = false;
  parameters.begin(query);
  while (isWhole && parameters.next()) {
    const isModel = hasModel && namesModel(parameters.name);
    isWhole = stays(exchange, more) && (!isModel || isMapped(exchange, name));
  }
  if (isWhole) beginQuery(out, from).append(query);
  let isFirst = true;
  parameters.begin(query);
  while (!isWhole && parameters.next()) {
    if (!stays(exchange, more)) continue;
    const isModel = hasModel && namesModel(parameters.name);
    if (isModel && !sliceEquals(parameters.name, name)) {
      owesModel = true;
      continue;
    }
    if (isFirst) beginQuery(out, from);
    else out.byte(AMPERSAND);
    if (!isModel || isMapped(exchange, name)) out.append(parameters.whole);
    else writeModel(exchange, name, out);
    isFirst = false;
  }
  if (sliceSize(more)) beginQuery(out, from).append(more);
  if (owesModel) writeModel(exchange, name, beginQuery(out, from));
}

/** Whether the query names a model that must be mapped. */
function mapsQuery(exchange: Exchange): bool {
  if (exchange.api != Api.Realtime || exchange.config.protocol == Protocol.Original) return false;
  return providerOf(exchange).requestTreatment(exchange) != BodyTreatment.Untouched;
}

/** Whether the parameter has the mapped name and value already. */
function isMapped(exchange: Exchange, name: string): bool {
  return sliceEquals(parameters.name, name) && slicesEqual(decoded(parameters.value), exchange.model.slice);
}

function writeModel(exchange: Exchange, name: string, out: ByteBuffer): void {
  percentEncode(exchange.model.slice, out.text(name).byte(0x3d));
}

function namesModel(name: Slice): bool {
  const text = decoded(name);
  return sliceEqualsIgnoringCase(text, MODEL) || sliceEqualsIgnoringCase(text, DEPLOYMENT);
}

function decoded(text: Slice): Slice {
  plain.clear();
  return decodePercent(text, plain, true);
}

function stays(exchange: Exchange, more: Slice): bool {
  if (exchange.hidesCredentials && isCredential(parameters.name)) return false;
  return !(sliceEquals(parameters.name, VERSION) && (exchange.isDated || sliceIncludes(more, VERSION)));
}

function beginQuery(out: ByteBuffer, from: i32): ByteBuffer {
  const hasQuery = indexOfByte(subslice(out.slice, from), QUESTION_MARK) >= 0;
  return out.byte(hasQuery ? AMPERSAND : QUESTION_MARK);
}
