import { Slice, sliceIncludes } from "../../../assembly/bytes/slice";
import { Rule } from "./attribute";
import { BodyPlan, OwnSlot } from "./probe";

/** What is read of every response: its id, and why the model has stopped. */
export const FACTS: BodyPlan = facts();

/** Whether an event can say why the model has stopped: others are not parsed. Chats say `null` in each event. */
export function mayHaveStopped(data: Slice): bool {
  return sliceIncludes(data, 'eason"') && !sliceIncludes(data, '"finish_reason":null');
}

function facts(): BodyPlan {
  const plan = new BodyPlan();
  plan.addAll('"id "response.id "responseId "message.id "request_id', OwnSlot.Id, Rule.First);
  plan.addAll(
    '"choices.0.finish_reason "stop_reason "delta.stop_reason "candidates.0.finishReason "output.choices.0.finish_reason "output.finish_reason ' +
      '"response.incomplete_details.reason',
    OwnSlot.Finish,
    Rule.Replace,
  );
  return plan;
}
