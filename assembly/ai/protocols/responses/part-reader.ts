import { ABSENT, Slice, sliceSize, sliceToString, subslice } from "../../../bytes/slice";
import { jsonContent, jsonEquals, jsonGet, jsonKind, JsonKind } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { dataUrlData, dataUrlType, isDataUrl } from "../../hub/data-url";
import { RequestSink, Role } from "../../hub/request-sink";
import { Item } from "./item";

/** The longest name of a type that a refusal repeats, in bytes. */
export const LONGEST_TYPE = 64;

const parts = new JsonWalker();
const part = new Item();

/**
 * Reads the content of a message, or the output of a tool, a string or a list of parts, into a sink; `false` if it refused.
 * `path` is where it is in the request. https://platform.openai.com/docs/api-reference/responses/create
 */
export function readParts(content: Slice, role: Role, path: string, sink: RequestSink): bool {
  if (jsonKind(content) == JsonKind.String) return sink.text(jsonContent(content));
  parts.start(content);
  if (!parts.enterArray()) return sink.refuse("This must be a string or a list of parts.", path);
  for (let position = 0; parts.nextElement(); position++) {
    if (part.read(parts) && isText(part.type)) {
      const text = jsonEquals(part.type, "refusal") ? part.refusal : part.text;
      if (jsonKind(text) != JsonKind.String)
        return refuse("The text of a part must be a string.", path, position, sink);
      if (!sink.text(jsonContent(text))) return false;
    } else if (!readMedium(role, path, position, sink)) return false;
  }
  return true;
}

function isText(type: Slice): bool {
  return jsonEquals(type, "input_text") || jsonEquals(type, "output_text") || jsonEquals(type, "refusal");
}

/** Reads a picture, a file or sound. */
function readMedium(role: Role, path: string, position: i32, sink: RequestSink): bool {
  if (role == Role.User) {
    if (jsonEquals(part.type, "input_image")) return readImage(path, position, sink);
    if (jsonEquals(part.type, "input_file")) return readFile(path, position, sink);
    if (jsonEquals(part.type, "input_audio")) {
      const data = jsonContent(jsonGet(part.audio, "data"));
      const format = jsonContent(jsonGet(part.audio, "format"));
      if (sliceSize(data) && sliceSize(format)) return sink.audioData(format, data);
      return refuse("Sound must have data and a format.", path, position, sink);
    }
  }
  const type = sliceToString(subslice(jsonContent(part.type), 0, LONGEST_TYPE));
  if (!type.length) return refuse("A part must be an object with a type.", path, position, sink);
  return refuse(`This provider takes no part of type '${type}' here.`, path, position, sink);
}

function readImage(path: string, position: i32, sink: RequestSink): bool {
  const url = jsonContent(part.imageUrl);
  if (!sliceSize(url)) {
    return refuse("A picture must have an image_url: this provider knows no files of OpenAI.", path, position, sink);
  }
  const detail = jsonContent(part.detail);
  if (!isDataUrl(url)) return sink.imageUrl(url, detail);
  const type = dataUrlType(url);
  if (type == ABSENT) return refuse("A data: URL must have Base64 data.", path, position, sink);
  return sink.imageData(type, dataUrlData(url), detail);
}

function readFile(path: string, position: i32, sink: RequestSink): bool {
  const name = jsonContent(part.filename);
  const url = jsonContent(part.fileUrl);
  if (sliceSize(url)) return sink.documentUrl(url, name);
  const data = jsonContent(part.fileData);
  const type = isDataUrl(data) ? dataUrlType(data) : ABSENT;
  if (type != ABSENT) return sink.documentData(type, dataUrlData(data), name);
  if (!sliceSize(data)) {
    return refuse("A file must have file_data or a file_url: this provider knows no file ids.", path, position, sink);
  }
  return refuse("file_data must be a data URL, such as data:application/pdf;base64,…", path, position, sink);
}

function refuse(reason: string, path: string, position: i32, sink: RequestSink): bool {
  return sink.refuse(reason, `${path}[${position}]`);
}
