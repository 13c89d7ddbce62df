import { createPublicKey } from 'node:crypto';
import { messageOf } from '../../base/fault.ts';
import { inPage, type Page } from './page.ts';
import type { Said } from './said.ts';

/** The public keys of a behaviour: id in the document to PEM. */
export type KeysShape = readonly (readonly [id: string, pem: string])[];

/** A behaviour trusts four groups of five keys. */
export const mostInGroup = 5;
const mostKeys = 4 * mostInGroup;

/** Who may sign for a behaviour; null: nothing has to be signed. */
export function keysShape(page: Page, readFile: (file: string) => string, said: Said): KeysShape | null {
  const { signed } = page.behaviour;
  if (!signed) return null;
  const path = inPage(page, 'signed', 'keys');
  const entries = Object.entries(signed.keys);
  if (entries.length === 0) said.wrong(path, 'nobody could sign: name a key');
  if (entries.length > mostKeys)
    said.wrong(path, `${entries.length} keys, and a behaviour of CloudFront trusts ${mostKeys}: leave old ones out`);
  return entries.flatMap(([id, file]) => {
    try {
      const pem = readFile(file);
      const key = createPublicKey(pem);
      const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
      const fits =
        (key.asymmetricKeyType === 'rsa' && modulusLength === 2048) ||
        (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1');
      if (!fits)
        said.wrong([...path, id], `CloudFront takes RSA keys of 2048 bits and ECDSA keys on P-256: make one (${file})`);
      said.differs(
        [...path, id],
        `CloudFront gives keys ids of its own: who signs names the one in the stack’s outputs in place of ${id}`,
      );
      return [[id, pem] as const];
    } catch (thrown) {
      said.wrong([...path, id], `${file} is no public key that can be read: ${messageOf(thrown)}`);
      return [];
    }
  });
}
