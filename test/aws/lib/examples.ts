import type { App, Stack } from 'aws-cdk-lib';
import { build as licensed } from '../../../examples/aws-licensed-search/app.ts';
import { build as forwarder } from '../../../examples/aws-private-forwarder/app.ts';
import { build as programmable } from '../../../examples/aws-programmable-waf/app.ts';
import { build as socket } from '../../../examples/aws-protected-websocket/app.ts';

/** Every example stack in every variant. */
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
};
