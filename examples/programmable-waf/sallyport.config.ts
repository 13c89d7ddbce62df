import { defineConfig } from 'sallyport';
import { ruleMap } from './rule-map.ts';

/**
 * The same rule map twice: in the path of one API, where it sees bodies and can answer what it likes, and as a Lambda
 * authorizer of another, which is how it runs on AWS in front of an HTTP API that can carry no web ACL.
 */
export default defineConfig({
  name: 'programmable-waf',
  listen: { port: Number(process.env.PORT ?? 8080) },
  admin: { port: Number(process.env.ADMIN_PORT ?? 9901) },
  store: { use: 'memory' },
  rules: { modules: ['./rules/no-path-tricks.ts'], map: ruleMap },

  apis: {
    inPath: {
      kind: 'http',
      basePath: 'in-path',
      routes: { 'ANY /orders/{proxy+}': { to: { use: 'function', with: { file: './orders.ts' } } } },
    },
    authorizerV2: {
      kind: 'http',
      basePath: 'v2',
      rules: false, // only the authorizer looks
      authorizers: {
        waf: {
          use: 'lambda',
          with: { file: './authorizer.ts', handler: 'simple', simple: true, ttl: '0ms', identity: [] },
        },
      },
      routes: { 'ANY /orders/{proxy+}': { to: { use: 'function', with: { file: './orders.ts' } }, authorizer: 'waf' } },
    },
    authorizerV1: {
      kind: 'rest',
      basePath: 'v1',
      rules: false,
      authorizers: {
        waf: { use: 'lambda', with: { file: './authorizer.ts', handler: 'policy', type: 'REQUEST', ttl: '0ms' } },
      },
      routes: { 'ANY /orders/{proxy+}': { to: { use: 'function', with: { file: './orders.ts' } }, authorizer: 'waf' } },
    },
  },
});
