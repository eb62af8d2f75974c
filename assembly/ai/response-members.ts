import { NameClasses } from "./name-classes";

/** What the outermost members of an event or a body say. */
export const enum Member {
  Other,
  Usage,
  Message,
  Response,
  Model,
  Id,
  Reason,
  Type,
  /** What is new of the output, or all of a response that is not streamed. */
  Piece,
  /** A piece that may say why the model has stopped. */
  Choices,
  Delta,
  /** All of the output so far. */
  Output,
}

/** The names of the outermost members of an event or a body, in all protocols. */
export const RESPONSE_MEMBERS = new NameClasses()
  .add(Member.Usage, "usage usageMetadata")
  .add(Member.Message, "message")
  .add(Member.Response, "response")
  .add(Member.Model, "model modelVersion")
  .add(Member.Type, "type")
  .add(Member.Id, "id responseId request_id")
  .add(Member.Reason, "stop_reason")
  .add(Member.Piece, "content_block content")
  .add(Member.Choices, "choices candidates")
  .add(Member.Delta, "delta")
  .add(Member.Output, "output");
