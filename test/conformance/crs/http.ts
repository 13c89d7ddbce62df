import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { DocumentInput } from '../../../src/config/document.ts';
import type { DecisionRecord } from '../../../src/trace/record.ts';
import { edge, everythingTo, type Edge } from '../../support/edge.ts';
import { answer } from './backend.ts';
import type { Case, Stage } from './cases.ts';
import type { CaseResult } from './conformance.ts';
import { judge, type LoggedFinding, type Outcome } from './judge.ts';
import { wireRequest } from './wire-request.ts';

/** The rule set as the suite's documentation wants it, in front of everything; nothing else that could refuse. */
const document = (rules: string): Omit<DocumentInput, 'listen'> => ({
  waf: {
    use: 'crs',
    path: rules,
    mode: 'detect',
    paranoia: 4,
    variables: {
      arg_name_length: 100,
      arg_length: 400,
      total_arg_length: 64_000,
      max_num_args: 255,
      max_file_size: 64_100,
      combined_file_sizes: 65_535,
      crs_validate_utf8_encoding: 1,
    },
  },
});

/** An edge on a free loopback port, and behind it the suite's own origin, on another. */
export interface Suite {
  run(one: Case): Promise<CaseResult>;
  close(): Promise<void>;
}

/** Milliseconds after which a listener that still waits for something is told that nothing more comes. */
const PATIENCE_MS = 5000;

export async function httpSuite(rules: string): Promise<Suite> {
  const origin = await backend();
  const { port: behind } = origin.address() as AddressInfo;
  const shell: Edge = await edge({
    ...everythingTo(`http://127.0.0.1:${behind}`),
    ...document(rules),
    listen: {
      paths: { encodedSlash: 'keep', emptySegment: 'keep', unencoded: 'keep' },
      limits: { headerBytes: '64kb', targetBytes: '64kb', headerCount: 1000 },
    },
  });
  return {
    async run(one) {
      const wrong: string[] = [];
      for (const stage of one.stages) wrong.push(...judge(stage, await visit(shell, stage)));
      return { name: one.name, wrong };
    },
    async close() {
      await shell.close();
      origin.closeAllConnections();
      await new Promise((resolve) => origin.close(resolve));
    },
  };
}

function backend(): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => void chunks.push(chunk));
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        target: incoming.url ?? '',
        version: incoming.httpVersion,
        headers: [],
      };
      const { status, headers, body } = answer({
        request,
        body: Buffer.concat(chunks).toString('latin1'),
        refused: null,
      });
      outgoing.writeHead(status, headers.flat()).end(body, 'latin1');
    });
  });
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function visit(shell: Edge, stage: Stage): Promise<Outcome> {
  const reply = await exchange(shell.port, Buffer.from(wireRequest(stage), 'latin1'));
  const head = /^HTTP\/1\.[01] (\d{3})/.exec(reply);
  const id = /\r\nx-sallyport-trace: (\S+)/i.exec(reply)?.[1];
  const record = shell.records.findLast((each) => each.id === id);
  // Bytes that the listener could not read as a request are an error to the suite, whatever we say to them.
  const unreadable = record === undefined || record.code === 'wire.malformed';
  return {
    status: head === null || (unreadable && stage.output.expect_error === true) ? 'closed' : Number(head[1]),
    body: reply.slice(reply.indexOf('\r\n\r\n') + 4),
    matches: record === undefined ? [] : findings(record),
  };
}

/** Sends the very bytes on a connection of their own and takes what comes back. */
function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write(bytes));
    const timer = setTimeout(() => socket.end(), PATIENCE_MS);
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reply);
    };
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
      const split = reply.indexOf('\r\n\r\n');
      const length = /\r\ncontent-length: (\d+)/i.exec(reply.slice(0, Math.max(0, split)));
      if (split >= 0 && length && reply.length >= split + 4 + Number(length[1])) done();
    });
    socket.on('error', done);
    socket.on('close', done);
  });
}

/** The findings as the decision record has them: ids of all, words of those that were told at length. */
function findings(record: DecisionRecord): LoggedFinding[] {
  const notes = record.steps?.find(({ stage }) => stage === 'waf')?.notes ?? [];
  const told = new Map<string, LoggedFinding>();
  for (const { what, facts = {} } of notes) {
    if (what === 'matched') {
      const { rule, message, field, value, hit, after } = facts;
      const seen = hit ?? (typeof after === 'string' ? after.split(': ').at(-1) : value);
      told.set(String(rule), {
        id: String(rule),
        message: String(message),
        data: `Matched Data: ${String(seen)} found within ${String(field)}: ${String(value)}`,
        tags: [],
      });
    }
  }
  const summary = notes.find(({ what }) => what === 'found')?.facts?.['rules'];
  const ids = typeof summary === 'string' ? summary.split(' ') : [];
  return ids.map((id) => told.get(id) ?? { id, message: '', data: '', tags: [] });
}

/** All cases, a few at a time; those that failed, in order. */
export async function runOverHttp(
  rules: string,
  cases: readonly Case[],
  told: (done: number) => void = () => {},
): Promise<CaseResult[]> {
  const suite = await httpSuite(rules);
  const results: CaseResult[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < cases.length; at = next++) {
      results[at] = await suite.run(cases[at] as Case);
      told(at + 1);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  await suite.close();
  return results.filter(({ wrong }) => wrong.length > 0);
}
