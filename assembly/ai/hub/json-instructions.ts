/** Tells a model that cannot be held to JSON in another way to write it. */
export const ANY_JSON = "Respond with one JSON object and nothing else.";
/** The same with the schema, as JSON, behind it. */
export const JSON_OF_SCHEMA = "Respond with one JSON object that matches this JSON schema, and nothing else: ";
