import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as the origin got it. */
export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly version: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  body: string;
  /** Did it come whole? */
  complete: boolean;
  /** Did it break off? */
  aborted: boolean;
}

export interface RecordingOrigin {
  readonly url: string;
  readonly port: number;
  /** Every request whose header arrived, in order. */
  readonly requests: Recorded[];
  /** Connections that were opened to it. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export type Answering = (incoming: IncomingMessage, outgoing: ServerResponse, recorded: Recorded) => void;

/** An origin that writes down everything it is asked, and answers 200 once a request has come whole unless told otherwise. */
export async function recordingOrigin(answering?: Answering): Promise<RecordingOrigin> {
  const requests: Recorded[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (incoming, outgoing) => {
    const recorded: Recorded = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      version: incoming.httpVersion,
      rawHeaders: incoming.rawHeaders,
      headers: incoming.headers,
      body: '',
      complete: false,
      aborted: false,
    };
    requests.push(recorded);
    incoming.once('aborted', () => (recorded.aborted = true));
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) recorded.aborted = true;
    });
    if (answering) return answering(incoming, outgoing, recorded);
    incoming.setEncoding('latin1');
    incoming.on('data', (chunk: string) => (recorded.body += chunk));
    incoming.on('end', () => {
      recorded.complete = true;
      outgoing.writeHead(200, { 'content-type': 'text/plain' }).end('from the origin\n');
    });
  });
  server.on('connection', (socket) => {
    connections++;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
