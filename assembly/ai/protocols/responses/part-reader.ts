import { ABSENT, Slice, sliceSize, sliceToString, subslice } from "../../../bytes/slice";
import { jsonContent, jsonEquals, jsonFirst, jsonGet, jsonKind, JsonKind } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { dataUrlData, dataUrlType, isDataUrl } from "../../hub/data-url";
import { RequestSink, Role } from "../../hub/request-sink";
import { Item } from "./item";

/** The longest name of a type that a refusal repeats, in bytes. */
export const LONGEST_TYPE = 64;

const parts = new JsonWalker();
const part = new Item();

/** Where a refusal finds what it is about. */
let item: i32 = 0;
let memberOfItem: string = "";
let position: i32 = 0;

/**
 * Reads the content of a message, or the output of a tool, a string or a list of parts, into a sink; `false` if it refused.
 * It is the `member` of the item at this position. https://platform.openai.com/docs/api-reference/responses/create
 */
export function readParts(content: Slice, role: Role, index: i32, member: string, sink: RequestSink): bool {
  if (jsonKind(content) == JsonKind.String) return sink.text(jsonContent(content));
  item = index;
  memberOfItem = member;
  parts.start(content);
  if (!parts.enterArray()) return sink.refuse("This must be a string or a list of parts.", pathOfList());
  for (position = 0; parts.nextElement(); position++) {
    if (part.read(parts) && isText(part.type)) {
      const text = jsonEquals(part.type, "refusal") ? part.refusal : part.text;
      if (jsonKind(text) != JsonKind.String) return refuse("The text of a part must be a string.", sink);
      if (jsonFirst(part.annotations) != ABSENT) sink.drop("input.annotations");
      if (!sink.text(jsonContent(text))) return false;
    } else if (!readMedium(role, sink)) {
      if (!sink.refusalParam.length) sink.refusalParam = pathOfPart();
      return false;
    }
  }
  return true;
}

function isText(type: Slice): bool {
  return jsonEquals(type, "input_text") || jsonEquals(type, "output_text") || jsonEquals(type, "refusal");
}

/** Reads a picture, a file or sound. */
function readMedium(role: Role, sink: RequestSink): bool {
  if (role == Role.User) {
    if (jsonEquals(part.type, "input_image")) return readImage(sink);
    if (jsonEquals(part.type, "input_file")) return readFile(sink);
    if (jsonEquals(part.type, "input_audio")) {
      const data = jsonContent(jsonGet(part.audio, "data"));
      const format = jsonContent(jsonGet(part.audio, "format"));
      if (sliceSize(data) && sliceSize(format)) return sink.audioData(format, data);
      return refuse("Sound must have data and a format.", sink);
    }
  }
  const type = sliceToString(subslice(jsonContent(part.type), 0, LONGEST_TYPE));
  if (!type.length) return refuse("A part must be an object with a type.", sink);
  return refuse(`This provider takes no part of type '${type}' here.`, sink);
}

function readImage(sink: RequestSink): bool {
  const url = jsonContent(part.imageUrl);
  if (!sliceSize(url)) {
    return refuse("A picture must have an image_url: this provider knows no files of OpenAI.", sink);
  }
  const detail = jsonContent(part.detail);
  if (!isDataUrl(url)) return sink.imageUrl(url, detail);
  const type = dataUrlType(url);
  if (type == ABSENT) return refuse("A data: URL must have Base64 data.", sink);
  return sink.imageData(type, dataUrlData(url), detail);
}

function readFile(sink: RequestSink): bool {
  const name = jsonContent(part.filename);
  const url = jsonContent(part.fileUrl);
  if (sliceSize(url)) return sink.documentUrl(url, name);
  const data = jsonContent(part.fileData);
  const type = isDataUrl(data) ? dataUrlType(data) : ABSENT;
  if (type != ABSENT) return sink.documentData(type, dataUrlData(data), name);
  if (!sliceSize(data)) {
    return refuse("A file must have file_data or a file_url: this provider knows no file ids.", sink);
  }
  return refuse("file_data must be a data URL, such as data:application/pdf;base64,…", sink);
}

function refuse(reason: string, sink: RequestSink): bool {
  return sink.refuse(reason, pathOfPart());
}

function pathOfPart(): string {
  return `${pathOfList()}[${position}]`;
}

function pathOfList(): string {
  return `input[${item}].${memberOfItem}`;
}
