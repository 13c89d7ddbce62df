import type { DeflateTerms } from './deflate.ts';
import { readDeflateParams, readExtensions, type Extension } from './extensions.ts';

/** What of the client's offers goes on to the origin: permessage-deflate, as it was written. Null: nothing. */
export function offersThrough(offers: readonly Extension[]): string | null {
  const known = offers.filter((offer) => offer.name === 'permessage-deflate' && readDeflateParams(offer) !== null);
  return known.length === 0 ? null : known.map(write).join(', ');
}

export interface AgreedThrough {
  /** The answer's header towards the client; null for none. */
  readonly header: string | null;
  /** How to read what the client will send; null when it is not compressed. */
  readonly terms: DeflateTerms | null;
}

/**
 * The origin's answer on its way to the client. When messages are inspected the client is told to let none refer to
 * another (RFC 7692 section 7.1.1.2 lets a server say so unasked): each can then be read, and dropped, on its own, and
 * the origin understands them all the same. Null: the origin agreed to something that was not offered.
 */
export function agreedThrough(answer: string | null, offered: boolean, inspected: boolean): AgreedThrough | null {
  if (answer === null) return { header: null, terms: null };
  const [extension, ...others] = readExtensions(answer) ?? [];
  if (extension?.name !== 'permessage-deflate' || others.length > 0 || !offered) return null;
  const params = readDeflateParams(extension);
  if (params === null || params.clientBits === true) return null;
  const add = inspected && !params.clientNoTakeover;
  return {
    header: write(extension) + (add ? '; client_no_context_takeover' : ''),
    terms: { sendTakeover: false, receiveTakeover: false, sendBits: 15, receiveBits: 15 },
  };
}

function write(extension: Extension): string {
  return [extension.name, ...extension.params.map(([key, value]) => (value === true ? key : `${key}=${value}`))].join(
    '; ',
  );
}
