import { expect, it } from 'vitest';
import { parseDocument } from '../config/parse.ts';
import { choose } from './choose.ts';

const partsOf = (to: string): readonly string[] => {
  const { document } = parseDocument({
    origins: {
      open: { url: 'https://origin.example.com' },
      hidden: { url: 'http://10.0.1.10:8080', allow: ['10.0.1.10'] },
    },
    pools: { both: { targets: [{ origin: 'open' }, { origin: 'hidden' }] } },
    routes: { 'GET /': { to } },
  });
  if (document === null) throw new Error('the document is not in order');
  const { parts, errors } = choose(document, { backend: false, vpc: false, socketHandler: false, webAcl: false });
  return [...parts.map(({ part }) => part), ...errors.map((error) => error.slice(0, 14))];
};

it('asks for a VPC where a route goes to a private origin, and not for an origin that no route names', () => {
  expect(partsOf('open')).toEqual(['line']);
  expect(partsOf('hidden')).toEqual(['origins.hidden']);
  expect(partsOf('both')).toEqual(['origins.hidden']);
});
