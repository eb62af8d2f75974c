import { Counter } from "../../assembly/host/metric";

/** Requests that got messages of the history. */
export const filled = new Counter("ai_history_filled_total");
/** Exchanges that were stored. */
export const stored = new Counter("ai_history_stored_total");
/** Chats of nobody: no filter has named a consumer, or the header that subdivides it is missing. */
export const anonymous = new Counter("ai_history_anonymous_total");
/** Lines of a history that were refused: cut, of another version, or not written by this plugin. */
export const refused = new Counter("ai_history_refused_entries_total");
/** Commands of the store that failed or took too long. */
export const storeErrors = new Counter("ai_history_store_errors_total");
