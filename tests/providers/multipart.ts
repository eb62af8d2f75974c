// SPDX-License-Identifier: Apache-2.0
// https://www.rfc-editor.org/rfc/rfc7578
import type { ProviderRequest } from "./types.ts";
import { headerOf } from "./wire.ts";

/** One part of a form. */
export interface FormPart {
  /** Absent if the part is not a file. */
  filename?: string;
  content: Buffer;
}

/** The parts of a `multipart/form-data` body by name, or undefined if the body is incomplete. */
export function readForm(request: ProviderRequest): Map<string, FormPart> | undefined {
  const type = headerOf(request, "content-type");
  const boundary = /^multipart\/form-data;.*\bboundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary === undefined) return undefined;
  // One byte becomes one character, so that the bytes of a file do not change.
  const pieces = `\r\n${request.body.toString("latin1")}`.split(`\r\n--${boundary}`);
  if (pieces.length < 2 || pieces[0] !== "" || !/^--(\r\n)?$/.test(pieces[pieces.length - 1])) return undefined;
  const parts = new Map<string, FormPart>();
  for (const piece of pieces.slice(1, -1)) {
    const [, headers, content] = /^\r\n([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(piece) ?? [];
    const name = /\bname="([^"]*)"/i.exec(headers ?? "")?.[1];
    if (name === undefined) return undefined;
    parts.set(name, { filename: /\bfilename="([^"]*)"/i.exec(headers)?.[1], content: Buffer.from(content, "latin1") });
  }
  return parts;
}
