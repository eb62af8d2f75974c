import { ABSENT, Slice } from "../../../bytes/slice";
import { writeErrorObject } from "../../error";
import { ItemWriter } from "./item-writer";

/**
 * Writes the response object of OpenAI's Responses: what its clients put together from the events of `ResponseEventWriter` for
 * the same calls. https://platform.openai.com/docs/api-reference/responses/object
 */
export class ResponseWriter extends ItemWriter {
  protected onStart(): void {}
  protected onItem(): void {}
  protected onPiece(piece: Slice): void {}
  protected onItemEnd(): void {}

  protected writeEnd(): void {
    this.writeResponse(this.out, this.endStatus, ABSENT);
  }

  protected writeFailure(status: i32, message: Slice, code: Slice): void {
    writeErrorObject(this.out, status, message, ABSENT, code);
  }
}
