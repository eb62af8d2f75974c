/**
 * Reads the `data` of server-sent events from pieces of a stream, which may be cut at any byte.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class EventReader {
  #decoder = new TextDecoder();
  #rest = "";
  #data = [];

  /** Returns the data of every event that the piece completes. */
  read(piece) {
    this.#rest += this.#decoder.decode(piece, { stream: true });
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    return lines.flatMap((line) => this.#line(line));
  }

  /** Returns the data of an event that the end of the stream completes. */
  end() {
    const lines = (this.#rest + this.#decoder.decode()).split(/\r\n|\n|\r/);
    this.#rest = "";
    return [...lines, ""].flatMap((line) => this.#line(line));
  }

  #line(line) {
    if (line !== "") {
      if (line.startsWith("data:")) this.#data.push(line.slice(5).replace(/^ /, ""));
      return [];
    }
    if (this.#data.length === 0) return [];
    const data = this.#data.join("\n");
    this.#data = [];
    return [data];
  }
}
