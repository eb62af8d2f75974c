// One module for all of them, since its compilation takes most of the time.
import "./responses/request.ts";
import "./responses/tools.ts";
import "./responses/options.ts";
import "./responses/events.ts";
import "./responses/failures.ts";
import "./responses/law.ts";
