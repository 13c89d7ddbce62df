import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { parseAddress } from '../../base/ip.ts';
import { isBodiless } from '../../http/message.ts';
import { answerWith, visit } from '../../testing/visit.ts';
import { createKey } from '../../gateway/keyring.ts';
import { nodeDigest } from '../../net/digest.ts';
import { explain as story } from '../../trace/explain.ts';
import { exits, guarded, UsageError, type Terminal } from '../command.ts';
import { parseCurl, parseRequestFile } from '../curl.ts';
import { readGiven } from '../given-file.ts';
import { loadDocument } from '../load.ts';

/** One request through the document in this process: no port, no origin, no store; the origin is played by a fixed answer. */
export function tryIt(program: Command, io: Terminal): void {
  program
    .command('try')
    .description('run one request through the document without a network, and tell what each stage did')
    .argument('[request...]', 'a curl line, in quotes or without: sallyport try --key curl -X POST /orders -d a=1')
    .option('-c, --config <file>', 'the document (default: sallyport.config.* in this folder)')
    .option('-f, --file <file>', 'read the request from a file: request line, header, empty line, body')
    .option('--from <address>', 'the client address', '127.0.0.1')
    .option('--key', 'send a valid key, made for this one request')
    .option('--status <status>', 'what the origin is to answer', '200')
    .option('--json', 'print the answer and its record as JSON')
    // What follows the request belongs to curl: `sallyport try --key curl -X POST /orders`.
    .passThroughOptions()
    .action((given: string[], _: object, command: Command) => {
      const words = [...given];
      // A line in quotes is whole; what follows it are options of ours again.
      const after = /\s/.test(words[0] ?? '') ? command.parseOptions(words.splice(1)) : null;
      const options = command.opts<Options>();
      return guarded(io, options.json === true, async () => {
        const strange = after && [...after.operands, ...after.unknown][0];
        if (strange) {
          io.err(`sallyport: "${strange}" is no option of try, and stands outside of the quoted request`);
          return exits.usage;
        }
        if (words.length === 0 && options.file === undefined) {
          io.err("sallyport: name a request: sallyport try 'curl /orders/1', or --file request.http");
          return exits.usage;
        }
        if (parseAddress(options.from) === null) throw new UsageError(`--from wants an address, not "${options.from}"`);
        const status = Number(options.status);
        if (!(Number.isInteger(status) && status >= 200 && status <= 599))
          throw new UsageError(`--status wants a number from 200 to 599, not "${options.status}"`);
        const tried =
          options.file === undefined
            ? parseCurl(words.length === 1 ? (words[0] as string) : words.map(quoted).join(' '))
            : parseRequestFile(readGiven(options.file));
        const loaded = await loadDocument(options.config);
        const shell = await visit({
          ...loaded,
          ports: { clock: systemClock },
          origin: answerWith(status, 'text/plain', 'the origin\n'),
          keepSteps: 'all',
        });
        try {
          const headers = [...tried.headers];
          if (options.key) {
            const { key } = await createKey(shell.app.ports.records, nodeDigest, {
              name: 'try',
              now: systemClock.now(),
              tenant: null,
              expiresAt: null,
            });
            headers.push([shell.app.document.keys.header, key]);
          }
          const answer = await shell.send({ ...tried, headers, address: options.from });
          const record = shell.records.at(-1);
          if (options.json)
            io.out(
              JSON.stringify(
                { status: answer.status, headers: [...answer.headers], body: answer.body, record },
                null,
                2,
              ),
            );
          else {
            if (record) io.out(story(record));
            io.out('');
            io.out(`HTTP ${answer.status}`);
            for (const [name, value] of answer.headers) io.out(`${name}: ${value}`);
            if (!isBodiless(answer.status) && answer.body) io.out(`\n${answer.body.trimEnd()}`);
          }
          return answer.from.by === 'refusal' || answer.from.by === 'fault' ? exits.notInOrder : exits.ok;
        } finally {
          await shell.close();
        }
      });
    });
}

interface Options {
  readonly config?: string;
  readonly file?: string;
  readonly from: string;
  readonly key?: boolean;
  readonly status: string;
  readonly json?: boolean;
}

const quoted = (word: string): string => (/[\s'"\\]/.test(word) ? `'${word.replaceAll("'", String.raw`'\''`)}'` : word);
