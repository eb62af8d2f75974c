import { PromptRole } from "../../../assembly/ai/prompt/role";
import { CheckPiece, CheckSide } from "./check-piece";

/** The role of a text as a message of Chat Completions names it. A text whose role is not known is a user's. */
export function roleOf(piece: CheckPiece): string {
  if (piece.side == CheckSide.Response || piece.role == PromptRole.Assistant) return "assistant";
  if (piece.role == PromptRole.System) return "system";
  return piece.role == PromptRole.Tool ? "tool" : "user";
}
