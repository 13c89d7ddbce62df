import { generateKeyPairSync } from 'node:crypto';
import type { DocumentInput } from '../../src/config/document.ts';
import { parseDocument } from '../../src/config/parse.ts';
import { edgePlan, type EdgeGiven, type EdgePlan } from '../../src/cdk/behaviours/plan.ts';

const pem = (type: 'good' | 'short'): string =>
  generateKeyPairSync('rsa', { modulusLength: type === 'good' ? 2048 : 1024 }).publicKey.export({
    type: 'spki',
    format: 'pem',
  }) as string;
const files: Readonly<Record<string, string>> = {
  'good.pem': pem('good'),
  'short.pem': pem('short'),
  'own.js': 'function handler(event) { return event.request; }',
  'arrow.js': 'const handler = (event) => event.request;',
  'long.js': `function handler(event) { return '${'x'.repeat(10_240)}'; }`,
};
const readFile = (file: string): string => {
  const text = files[file];
  if (text === undefined) throw new Error('no such file');
  return text;
};

type Edge = NonNullable<DocumentInput['edge']>;
export type Behaviour = Edge['behaviours'][number];

const origins = {
  main: { url: 'https://main.example.com' },
  spare: { url: 'https://spare.example.com:8443' },
  viewer: { url: 'https://viewer.example.com', host: 'viewer' as const },
  hidden: { url: 'http://10.0.0.7', allow: ['10.0.0.7'] },
};

/** A document with these origins, its edge as CloudFront would have it. */
export function planOf(input: DocumentInput, given: Partial<EdgeGiven> = {}): EdgePlan {
  const { document, issues } = parseDocument({ origins, ...input });
  if (!document) throw new Error(JSON.stringify(issues));
  return edgePlan(document, { webAcl: false, modules: false, readFile, ...given });
}
export const edge = (behaviour: Behaviour, more: Omit<Edge, 'behaviours'> = {}): DocumentInput => ({
  edge: { behaviours: [behaviour], ...more },
});
export const list = (count: number): string[] => Array.from({ length: count }, (_, at) => `name-${at}`);
export const only = { query: { only: ['q'] } };
export const rules = { map: { default: [{ name: 'user-agent' }] } };

export function edgeOfGroups(count: number): DocumentInput {
  const hosts = list(5);
  const groups = list(count).map((name, at) => [
    name,
    { origins: [hosts[at % 5], hosts[(at + 1 + Math.floor(at / 5)) % 5]] },
  ]);
  return {
    origins: Object.fromEntries(hosts.map((name) => [name, { url: `https://${name}.example.com` }])),
    edge: {
      behaviours: list(count).map((origin) => ({ path: origin, origin, methods: 'read' as const })),
      originGroups: Object.fromEntries(groups) as NonNullable<Edge['originGroups']>,
    },
  };
}
