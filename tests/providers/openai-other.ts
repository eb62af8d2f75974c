// SPDX-License-Identifier: Apache-2.0
// Images: https://platform.openai.com/docs/api-reference/images/create
// Speech: https://platform.openai.com/docs/api-reference/audio/createSpeech
// Transcriptions: https://platform.openai.com/docs/api-reference/audio/createTranscription
// Files: https://platform.openai.com/docs/api-reference/files/create
// Batches: https://platform.openai.com/docs/api-reference/batch/create
import { createHash } from "node:crypto";
import type { FormPart } from "./multipart.ts";
import { missing, notAmong, OpenAiRefusal } from "./openai-errors.ts";
import { requireString } from "./openai-fields.ts";
import { respond } from "./openai-responses.ts";
import type { ProviderReply } from "./types.ts";
import { type JsonObject, jsonReply } from "./wire.ts";

/** The smallest possible image, a transparent PNG. */
const picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const lists = ["/files", "/batches", "/fine_tuning/jobs", "/videos"];

/** Responses of the APIs that a gateway forwards unread, by path below the prefix. */
export const otherApis: Record<string, (id: string, body: JsonObject) => ProviderReply> = {
  "/responses": respond,
  "/images/generations": (_, body) => {
    requireString(body, "prompt");
    return jsonReply(200, { created: 1741569952, data: [{ b64_json: picture }] });
  },
  "/audio/speech": (_, body) => {
    requireString(body, "input");
    requireString(body, "voice");
    // Every byte value: no component may treat this as text.
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_unused, i) => i % 256));
    return {
      status: 200,
      headers: [["content-type", "audio/mpeg"]],
      chunks: [bytes.subarray(0, 500), bytes.subarray(500)],
    };
  },
};

/** Responses of the APIs that accept a form instead of JSON, by path below the prefix. */
export const formApis: Record<string, (id: string, form: Map<string, FormPart>) => ProviderReply> = {
  "/files": (_, form) => {
    const { filename, content } = fileOf(form);
    const purpose = textOf(form, "purpose");
    const known = ["assistants", "batch", "fine-tune", "vision", "user_data", "evals"];
    if (!known.includes(purpose)) throw notAmong("purpose", purpose, known);
    // The id depends on the content: a changed byte changes the id.
    const hash = createHash("sha256").update(content).digest("hex");
    const file = { id: `file-${hash.slice(0, 24)}`, object: "file", bytes: content.length, created_at: 1741569952 };
    return jsonReply(200, { ...file, filename, purpose, status: "processed" });
  },
  "/audio/transcriptions": (_, form) => {
    textOf(form, "model");
    return jsonReply(200, { text: `${fileOf(form).content.length} bytes of speech` });
  },
};

function fileOf(form: Map<string, FormPart>): FormPart & { filename: string } {
  const file = form.get("file");
  if (file?.filename === undefined) throw missing("file");
  return { ...file, filename: file.filename };
}

function textOf(form: Map<string, FormPart>, name: string): string {
  const part = form.get(name);
  if (!part) throw missing(name);
  return part.content.toString();
}

/** A batch of an uploaded file that never starts. */
export function createBatch(id: string, body: JsonObject): ProviderReply {
  const input_file_id = requireString(body, "input_file_id");
  const endpoint = requireString(body, "endpoint");
  const completion_window = requireString(body, "completion_window");
  if (completion_window !== "24h") throw notAmong("completion_window", completion_window, ["24h"]);
  const batch = { id: `batch_${id}`, object: "batch", endpoint, input_file_id, completion_window };
  return jsonReply(200, { ...batch, status: "validating", created_at: 1741569952 });
}

/** Whether the path is a list; all lists are empty here. */
export const isList = (api: string): boolean => lists.includes(api);

/** The error for an object below a list, or for a response, that was never stored. */
export function noSuchObject(api: string): OpenAiRefusal | undefined {
  const match = /^\/(files|batches|responses|videos)\/([^/]+)$/.exec(api);
  if (!match) return undefined;
  return new OpenAiRefusal(404, `No such object: ${match[2]}`, "id");
}
