import { createServer, type AddressInfo, type Socket } from "node:net";

/** Called by the upstream when a request is complete. */
export type Responder = (socket: Socket) => void;

/** An HTTP server that only finds the end of a request, so that it costs little compared with Envoy. */
export interface Upstream {
  port: number;
  close(): Promise<void>;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/** Serves on a free loopback port. */
export async function serveRaw(respond: Responder): Promise<Upstream> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    let pending: Buffer = Buffer.alloc(0);
    socket.on("data", (data) => {
      pending = pending.length > 0 ? Buffer.concat([pending, data]) : data;
      if (!isWhole(pending)) return;
      pending = Buffer.alloc(0);
      respond(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function isWhole(request: Buffer): boolean {
  const head = request.indexOf(HEAD_END);
  if (head < 0) return false;
  const text = request.toString("latin1", 0, head);
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (length !== undefined) return request.length >= head + HEAD_END.length + Number(length);
  return !/\r\ntransfer-encoding:/i.test(text) || request.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
}

/** Sends the same bytes for every request. */
export function always(contentType: string, body: string): Responder {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  return (socket) => void socket.write(bytes);
}

/** Responds so many milliseconds later. */
export const after =
  (milliseconds: number, respond: Responder): Responder =>
  (socket) =>
    void setTimeout(respond, milliseconds, socket);

/** Sends the same error for every request. */
export function refusing(status: string, body: string): Responder {
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  return (socket) => void socket.write(bytes);
}

/** How a paced stream is written. */
export interface Pace {
  count: number;
  intervalMs: number;
  /** The event with this number, sent now. */
  event: (index: number, now: string) => string;
  /** The bytes after the last event. */
  ending: string;
}

const STREAM_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/** Sends an event stream whose events contain the time of their departure. */
export function paced({ count, intervalMs, event, ending }: Pace): Responder {
  return (socket) => {
    let sent = 0;
    socket.write(STREAM_HEAD);
    const timer = setInterval(() => {
      if (socket.destroyed) return clearInterval(timer);
      socket.write(chunk(event(sent, performance.now().toFixed(3))));
      sent++;
      if (sent < count) return;
      clearInterval(timer);
      socket.write(`${ending ? chunk(ending) : ""}0\r\n\r\n`);
    }, intervalMs);
  };
}

/** Sends one event, and then nothing more. */
export function idle(event: string): Responder {
  return (socket) => void socket.write(STREAM_HEAD + chunk(event));
}

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
