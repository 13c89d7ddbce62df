import { defineReasons } from '../trace/reason.ts';

export const reasons = defineReasons('edge', {
  'no-behaviour': [403, 'No behaviour matches this path.'],
  'https-only': [403, 'This path is served over HTTPS only.'],
  method: [403, 'This path does not take this method.'],
  'get-with-body': [403, 'A GET must not have a body here.'],
  geo: [403, 'This address is in a country that is not served.'],
  'signature-missing': [403, 'The URL has to be signed, or a signed cookie sent along.'],
  'signature-key': [403, 'The key pair id of the signature is not known.'],
  'signature-wrong': [403, 'The signature does not belong to this URL or policy.'],
  'signature-malformed': [403, 'The signature or its policy cannot be read.'],
  'signature-expired': [403, 'The signed time is over or has not begun.'],
  'signature-scope': [403, 'The signature is for another URL or another address.'],
  'function-invalid': [502, 'A function at the edge answered something that is not allowed.'],
  'function-threw': [503, 'A function at the edge failed.'],
  'function-limit': [503, 'A function at the edge had no time or room left.'],
});

export const licenceReasons = defineReasons('edge.licence', {
  missing: [401, 'This needs a licence key.'],
  unknown: [403, 'The licence key is not known, or was revoked.'],
  expired: [403, 'The licence has expired.'],
  quota: [429, 'The quota of this licence is used up.'],
  unavailable: [503, 'Licence keys cannot be checked at the moment.'],
});
