import { constant } from "../bytes/constant";

// The names of headers that are looked up for most requests, for `HeaderMap.of`.

/** The method of a request. */
export const METHOD = constant(":method");
/** The path of a request, with its query. */
export const PATH = constant(":path");
/** The media type of a body. */
export const CONTENT_TYPE = constant("content-type");
/** The coding of a body. */
export const CONTENT_ENCODING = constant("content-encoding");
/** The size of a body. */
export const CONTENT_LENGTH = constant("content-length");
