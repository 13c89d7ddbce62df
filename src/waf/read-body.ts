import { emptyBody } from './bodies/body-view.ts';
import { processorNamed } from './body-processors.ts';
import { headerOf } from './request.ts';
import type { Transaction } from './transaction.ts';

/** Reads the body as its type says. `text` is what was held of it, a byte string; `length` how long it was. */
export function readBody(transaction: Transaction, text: string, length: number): void {
  transaction.bodyText = text;
  transaction.bodyLength = length;
  transaction.body = emptyBody;
  const processor = text === '' ? undefined : processorNamed(transaction.bodyProcessor);
  if (processor) {
    const type = headerOf(transaction.request.headers, 'content-type') ?? '';
    transaction.body = processor.parse(text, type, transaction.settings.bodyLimits);
  }
  transaction.forget('request-body');
}
