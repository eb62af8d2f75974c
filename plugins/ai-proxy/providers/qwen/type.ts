import { ABSENT, Slice } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import { jsonIsInteger, jsonKind, JsonKind } from "../../../../assembly/json/value";
import { Exchange } from "../../exchange";

/** What the value of a field must be. */
export const enum Type {
  Number,
  Integer,
  Boolean,
  Text,
  List,
  Object,
  TextOrList,
  TextOrObject,
}

/** The value of a member that is there and is not `null`, or ABSENT. */
export function present(request: JsonDocument, key: string): Slice {
  const value = request.get(key);
  return jsonKind(value) == JsonKind.Null ? ABSENT : value;
}

/** Refuses a value of another type, naming the field. */
export function checkType(exchange: Exchange, name: string, type: Type, value: Slice): bool {
  if (hasType(value, type)) return true;
  return exchange.refuse(`'${name}' must be ${nameOf(type)}.`, name, "invalid_type");
}

function hasType(value: Slice, type: Type): bool {
  const kind = jsonKind(value);
  switch (type) {
    case Type.Number:
      return kind == JsonKind.Number;
    case Type.Integer:
      return jsonIsInteger(value);
    case Type.Boolean:
      return kind == JsonKind.True || kind == JsonKind.False;
    case Type.Text:
      return kind == JsonKind.String;
    case Type.List:
      return kind == JsonKind.Array;
    case Type.Object:
      return kind == JsonKind.Object;
    case Type.TextOrList:
      return kind == JsonKind.String || kind == JsonKind.Array;
    default:
      return kind == JsonKind.String || kind == JsonKind.Object;
  }
}

function nameOf(type: Type): string {
  switch (type) {
    case Type.Number:
      return "a number";
    case Type.Integer:
      return "an integer";
    case Type.Boolean:
      return "true or false";
    case Type.Text:
      return "a string";
    case Type.List:
      return "a list";
    case Type.Object:
      return "an object";
    case Type.TextOrList:
      return "a string or a list";
    default:
      return "a string or an object";
  }
}
