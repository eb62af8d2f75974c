/** What each status of the gateway means to the person who asks. */
const STATUSES = {
  400: "The request was refused as invalid.",
  401: "The API key is missing or unknown. Enter one under Settings.",
  403: "This request is not allowed.",
  404: "The gateway or the provider does not have this model or this path.",
  408: "The provider did not answer in time.",
  413: "The chat has become too long for the gateway. Start a new chat.",
  429: "A limit is reached.",
  500: "The gateway or the provider failed.",
  502: "The provider's response could not be used.",
  503: "No provider can answer at the moment.",
  504: "The provider did not answer in time.",
};

/** Describes a refused request in words: its status, when to try again, and the message of the gateway or the provider. */
export function describeRefusal(status, retryAfter, body) {
  const meaning = STATUSES[status] ?? (status >= 500 ? STATUSES[500] : STATUSES[400]);
  const seconds = /^\d+$/.test(retryAfter ?? "") ? ` Try again in ${duration(Number(retryAfter))}.` : "";
  const message = messageOf(body);
  return `${meaning}${seconds}${message ? ` The response says: ${message}` : ""} (${status})`;
}

/** Describes an error that a stream or a body of status 200 contains. */
export function describeError(error) {
  return `The provider reported an error: ${textOf(error) || "it gave no message."}`;
}

/** The text of an error response: the message of OpenAI's or of a plainer shape, or the text itself. */
function messageOf(body) {
  const text = body.trim();
  try {
    const json = JSON.parse(text);
    return textOf(json?.error ?? json);
  } catch {
    return /^\s*</.test(text) ? "" : text.slice(0, 300);
  }
}

function textOf(error) {
  const text = typeof error === "string" ? error : error?.message;
  return typeof text === "string" ? text.slice(0, 1000) : "";
}

function duration(seconds) {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
