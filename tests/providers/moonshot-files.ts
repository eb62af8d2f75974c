// SPDX-License-Identifier: Apache-2.0
// https://platform.moonshot.cn/docs/api/files
import { readForm } from "./multipart.ts";
import { badRequest, OpenAiRefusal, type Spelling } from "./openai-errors.ts";
import type { ProviderReply, ProviderRequest } from "./types.ts";
import { type JsonObject, jsonReply } from "./wire.ts";

/** The only file of the account; an upload has the same id. */
const file = {
  id: "cnf00000000000000001",
  object: "file",
  bytes: 18,
  created_at: 1700815879,
  filename: "xlnet.pdf",
  purpose: "file-extract",
  status: "ok",
  status_details: "",
};
/** The extracted text, as a JSON text for any kind of file. */
const content = {
  content: "XLNet 是一种广义自回归预训练方法 👋",
  file_type: "application/pdf",
  filename: "xlnet.pdf",
  title: "",
  type: "file",
};

/** Serves the files API; returns undefined for other paths. */
export function moonshotFiles(
  request: ProviderRequest,
  api: string,
  checkKey: (request: ProviderRequest) => void,
  spell: (refusal: OpenAiRefusal, request: ProviderRequest) => Spelling,
): ProviderReply | undefined {
  const path = /^\/files(?:\/([^/]+)(\/content)?)?$/.exec(api);
  if (!path) return undefined;
  try {
    checkKey(request);
    return serveRequest(request, path[1], path[2] !== undefined);
  } catch (error) {
    if (!(error instanceof OpenAiRefusal)) throw error;
    const { status, body } = spell(error, request);
    return jsonReply(status, body);
  }
}

function serveRequest(request: ProviderRequest, id: string | undefined, wantsContent: boolean): ProviderReply {
  if (id === undefined && request.method === "POST") return jsonReply(200, upload(request));
  if (id !== undefined && id !== file.id) throw new OpenAiRefusal(404, `file ${id} not found`);
  if (request.method === "DELETE" && id !== undefined) return jsonReply(200, { id, object: "file", deleted: true });
  if (request.method !== "GET") throw new OpenAiRefusal(405, `method ${request.method} is not allowed`);
  if (id === undefined) return jsonReply(200, { object: "list", data: [file] });
  if (!wantsContent) return jsonReply(200, file);
  const headers: ProviderReply["headers"] = [["content-type", "text/plain; charset=utf-8"]];
  return { status: 200, headers, chunks: [Buffer.from(JSON.stringify(content))] };
}

function upload(request: ProviderRequest): JsonObject {
  const form = readForm(request);
  const part = form?.get("file");
  if (!part) throw badRequest("file is required");
  const purpose = form?.get("purpose")?.content.toString();
  if (purpose !== "file-extract") throw badRequest("Invalid purpose: only 'file-extract' accepted");
  return { ...file, bytes: part.content.length, filename: part.filename };
}
