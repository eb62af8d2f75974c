/** A line of a CSV file: its number, and its fields by the names in the header. */
export interface CsvLine {
  line: number;
  fields: Map<string, string>;
}

/** Reads a CSV file with a header (https://www.rfc-editor.org/rfc/rfc4180). Blanks around fields and empty lines are ignored. */
export function readCsv(text: string): CsvLine[] {
  const rows = rowsOf(text.replace(/^\uFEFF/, "")).filter(({ fields }) => fields.some((field) => field !== ""));
  const header = rows.shift()?.fields ?? [];
  return rows.map(({ line, fields }) => {
    if (fields.length !== header.length)
      throw new Error(`line ${line}: has ${fields.length} fields, the header has ${header.length}`);
    return { line, fields: new Map(header.map((name, i) => [name, fields[i]])) };
  });
}

function rowsOf(text: string): { line: number; fields: string[] }[] {
  const rows: { line: number; fields: string[] }[] = [];
  const field = /[^\S\r\n]*(?:"((?:[^"]|"")*)"[^\S\r\n]*|([^,"\r\n]*))(,|\r?\n|$)/gy;
  let line = 1;
  let fields: string[] = [];
  while (field.lastIndex < text.length || fields.length > 0) {
    const match = field.exec(text);
    if (!match) throw new Error(`line ${line}: has a quotation mark that does not end, or text beside it`);
    const [whole, quoted, plain, end] = match;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end !== ",") {
      rows.push({ line, fields });
      fields = [];
    }
    line += whole.split("\n").length - 1;
  }
  return rows;
}
