import { connect, type Socket } from "node:net";

/** A connection that stays open and sends the same request repeatedly. */
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

  /** Sends a request and resolves with its whole response; rejects if the status is not 200. */
  exchange(request: Buffer, onData?: (data: Buffer) => void): Promise<void> {
    return this.send(request, (response, data) => {
      onData?.(data);
      return isWhole(response);
    });
  }

  /** Sends a request and resolves when the first bytes of the body have arrived. */
  begin(request: Buffer): Promise<void> {
    return this.send(request, (response) => response.includes("data:") || isWhole(response));
  }

  /** Ends the connection. */
  close(): void {
    this.socket.destroy();
  }

  private send(request: Buffer, isDone: (response: string, data: Buffer) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      // The head, then only the tail: enough to detect the end, and fast for long responses.
      let response = "";
      const onData = (data: Buffer): void => {
        response =
          response.length < 4096 ? response + data.toString("latin1") : response.slice(0, 2048) + tail(response, data);
        if (!isDone(response, data)) return;
        this.socket.off("data", onData).off("close", onClose);
        if (response.startsWith("HTTP/1.1 200")) resolve();
        else reject(new Error(response.slice(0, 500)));
      };
      const onClose = (): void =>
        reject(new Error(`the connection broke off after ${JSON.stringify(response.slice(0, 500))}`));
      this.socket.on("data", onData).once("close", onClose).write(request);
    });
  }
}

const tail = (response: string, data: Buffer): string => (response.slice(-16) + data.toString("latin1")).slice(-1024);

function isWhole(response: string): boolean {
  const head = response.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(response.slice(0, head))?.[1];
  return length === undefined ? response.endsWith("\r\n0\r\n\r\n") : response.length >= head + 4 + Number(length);
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
