import { Stack, type App } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { join } from 'node:path';
import programmableDocument from '../../../examples/programmable-waf/sallyport.config.ts';
import usagePlans from '../../../examples/usage-plans/sallyport.config.ts';
import { build as licensed } from '../../../examples/aws-licensed-search/app.ts';
import { build as forwarder } from '../../../examples/aws-private-forwarder/app.ts';
import { build as programmable } from '../../../examples/aws-programmable-waf/app.ts';
import { build as socket } from '../../../examples/aws-protected-websocket/app.ts';
import { ProtectedDistribution, Sallyport } from '../../../src/cdk/index.ts';
import type { DocumentInput } from '../../../src/config/document.ts';
import { edgeStacks } from './edge-stacks.ts';
import { sourceStacks } from './source-stacks.ts';

/** A document of an example as one stack; its files are named from its own folder, as `sallyport deploy` does it. */
function documentStack(app: App, name: string, document: DocumentInput): Stack {
  const home = process.cwd();
  process.chdir(join(import.meta.dirname, '../../../examples', name));
  try {
    const stack = new Stack(app, `Document-${name}`, { env: { region: 'us-east-1' } });
    new Sallyport(stack, 'Sallyport', { document });
    return stack;
  } finally {
    process.chdir(home);
  }
}

/** A distribution that answers to names of one's own. */
function namedStack(app: App): Stack {
  const stack = new Stack(app, 'Named', { env: { region: 'us-east-1' } });
  new ProtectedDistribution(stack, 'Site', {
    document: {},
    origin: new HttpOrigin('origin.example.com'),
    domainNames: ['www.example.com'],
    certificate: Certificate.fromCertificateArn(
      stack,
      'Certificate',
      'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012',
    ),
  });
  return stack;
}

/** Every example stack in every variant, and documents with an edge. */
export const examples: Readonly<Record<string, (app: App) => Stack>> = {
  'programmable WAF': programmable,
  'protected WebSocket': socket,
  'private forwarder, REST': (app) => forwarder(app, 'rest'),
  'private forwarder, HTTP': (app) => forwarder(app, 'http'),
  'private forwarder, load balancer': (app) => forwarder(app, 'link'),
  'private forwarder, webhook': (app) => forwarder(app, 'webhook'),
  'licensed search, script': (app) => licensed(app, 'script'),
  'licensed search, origin': (app) => licensed(app, 'origin'),
  'licensed search, Lambda@Edge': (app) => licensed(app, 'lambda'),
  'usage plans, from its document': (app) => documentStack(app, 'usage-plans', usagePlans),
  'programmable WAF, from its document': (app) => documentStack(app, 'programmable-waf', programmableDocument),
  'a distribution with a name of its own': namedStack,
  ...edgeStacks,
  ...sourceStacks,
};
