import { writeDocuments } from "./documents.ts";

const changed = writeDocuments();
console.log(changed.length > 0 ? `wrote ${changed.join(", ")}` : "every generated table is up to date");
