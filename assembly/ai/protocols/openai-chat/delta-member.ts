/** The member of the delta of a choice that is open. */
export const enum DeltaMember {
  None,
  Content,
  Reasoning,
  ToolCalls,
  Details,
  Annotations,
}

/** What a member begins with that is no content. */
export function memberStart(member: DeltaMember): string {
  if (member == DeltaMember.Reasoning) return '"reasoning_content":"';
  if (member == DeltaMember.Annotations) return '"annotations":[';
  return member == DeltaMember.ToolCalls ? '"tool_calls":[' : '"reasoning_details":[';
}
