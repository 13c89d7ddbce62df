import type { Document } from '../../config/document.ts';
import { keyPlace, type KeyPlace } from '../../edge/licence-key.ts';
import { licenceHash } from '../../edge/licence-book.ts';
import { licenceValue } from '../../edge/licence-entries.ts';
import { nodeDigest } from '../../net/digest.ts';
import type { LicenceScriptOptions } from '../licence-script.ts';
import type { Said } from './said.ts';

export interface LicenceShape {
  readonly places: readonly KeyPlace[];
  /** Does the origin see the key? */
  readonly forward: boolean;
  readonly script: Pick<LicenceScriptOptions, 'in' | 'onFault' | 'forward' | 'check'>;
  /** What the store begins with; null where none is needed, because the origin decides. */
  readonly data: Readonly<Record<string, string>> | null;
}

/** The document's licences as the check before the cache has them; null where no behaviour asks for one. */
export function licenceShape(edge: NonNullable<Document['edge']>, said: Said): LicenceShape | null {
  const asking = edge.behaviours.findIndex(({ licences }) => licences);
  if (asking < 0) return null;
  const { licences } = edge;
  if (!licences) {
    said.wrong(['edge', 'behaviours', asking, 'licences'], 'nobody says what a good key is: write `edge.licences`');
    return null;
  }
  const { from } = licences;
  const places = licences.in.map(keyPlace);
  const atOrigin = 'origin' in from;
  const forward = licences.forward || atOrigin;
  if (places.some((place) => place.in === 'query'))
    said.differs(
      ['edge', 'licences', 'in'],
      'CloudFront writes queries into its log as they came, keys too: the bucket is private and kept for 30 days; a key in a header stands in no log',
    );
  if ('store' in from)
    said.differs(
      ['edge', 'licences', 'from'],
      'the check asks a KeyValueStore of CloudFront’s (output LicencesArn), and `sallyport licences create|import|revoke` write to the document’s own: fill it by `sallyport licences export --to kvs`, again after each change',
    );
  if (atOrigin)
    said.differs(
      ['edge', 'licences', 'from'],
      'CloudFront keeps a refusal of the origin that says max-age: have it refuse with 401 or 403 and without one',
    );
  return {
    places,
    forward,
    script: {
      in: licences.in,
      onFault: licences.onFault,
      forward,
      check: atOrigin ? 'presence' : 'store',
    },
    data: atOrigin ? null : 'list' in from ? listed(from.list, said) : {},
  };
}

type Listed = Readonly<
  Record<
    string,
    {
      readonly expires?: string | undefined;
      readonly quota?: number | undefined;
      readonly enabled: boolean;
    }
  >
>;

/** Hashes of the keys, so that a reader of the store learns none. */
function listed(list: Listed, said: Said): Record<string, string> {
  const data: Record<string, string> = {};
  for (const [at, [key, { expires, quota, enabled }]] of Object.entries(list).entries()) {
    // The key is a secret, so its number stands for it.
    const path = ['edge', 'licences', 'from', 'list', `the ${at + 1}. key`];
    if (quota !== undefined)
      said.wrong(
        [...path, 'quota'],
        'a CloudFront Function cannot count: leave it out, and bound callers by keys and plans on routes (a behaviour without `origin` and `cache`)',
      );
    const until = expires === undefined ? null : Date.parse(expires);
    if (Number.isNaN(until)) said.wrong([...path, 'expires'], 'wanted a date such as "2027-12-31"');
    data[licenceHash(nodeDigest, key)] = licenceValue({ expiresAt: until, enabled });
  }
  return data;
}
