import { connect, type Socket } from "node:net";

/** A connection that is kept open and sends the same request again and again. */
export class Connection {
  private constructor(private readonly socket: Socket) {}

  /** Connects to a loopback port. */
  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Connection(socket)));
    });
  }

  /** Sends a request and resolves with its whole answer; rejects where it is no 200. */
  exchange(request: Buffer, onData?: (data: Buffer) => void): Promise<void> {
    return this.send(request, (answer, data) => {
      onData?.(data);
      return isWhole(answer);
    });
  }

  /** Sends a request and resolves when the first bytes of the body came, whatever follows. */
  begin(request: Buffer): Promise<void> {
    return this.send(request, (answer) => answer.includes("data:") || isWhole(answer));
  }

  /** Ends the connection. */
  close(): void {
    this.socket.destroy();
  }

  private send(request: Buffer, isDone: (answer: string, data: Buffer) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      // The head, then only the tail: enough to see the end, and cheap for long answers.
      let answer = "";
      const onData = (data: Buffer): void => {
        answer = answer.length < 4096 ? answer + data.toString("latin1") : answer.slice(0, 2048) + tail(answer, data);
        if (!isDone(answer, data)) return;
        this.socket.off("data", onData).off("close", onClose);
        if (answer.startsWith("HTTP/1.1 200")) resolve();
        else reject(new Error(answer.slice(0, 500)));
      };
      const onClose = (): void =>
        reject(new Error(`the connection broke off after ${JSON.stringify(answer.slice(0, 500))}`));
      this.socket.on("data", onData).once("close", onClose).write(request);
    });
  }
}

const tail = (answer: string, data: Buffer): string => (answer.slice(-16) + data.toString("latin1")).slice(-1024);

function isWhole(answer: string): boolean {
  const head = answer.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, head))?.[1];
  return length === undefined ? answer.endsWith("\r\n0\r\n\r\n") : answer.length >= head + 4 + Number(length);
}

/** A POST of a JSON body, as bytes. */
export function post(path: string, body: string, authorization = "Bearer the-client-s-key"): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: gateway",
    "content-type: application/json",
    `authorization: ${authorization}`,
    "user-agent: bench",
    "accept: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** A GET with these headers, as bytes. */
export function get(path: string, headers: Record<string, string>): Buffer {
  const head = [`GET ${path} HTTP/1.1`, "host: gateway", "user-agent: bench", "accept: */*"];
  return Buffer.from(`${[...head, ...Object.entries(headers).map((pair) => pair.join(": "))].join("\r\n")}\r\n\r\n`);
}
