// One module for all of them, since its compilation takes most of the time.
import "./qwen/responses.ts";
import "./qwen/events.ts";
import "./qwen/messages.ts";
import "./qwen/options.ts";
import "./qwen/parameters.ts";
import "./qwen/stream.ts";
import "./qwen/stream-law.ts";
import "./qwen/fuzz.ts";
