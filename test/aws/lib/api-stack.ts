import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SecurityGroup, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { join } from 'node:path';
import { Sallyport } from '../../../src/cdk/index.ts';

process.env['CDK_VALIDATION'] = 'false';

export type Api = Record<string, unknown>;
const origins = { main: { url: 'https://origin.example.com', headers: { 'x-from': 'edge' } } };
export const handler = join(import.meta.dirname, '../../../examples/usage-plans/forecast.ts');
export const toFunction = { use: 'function', with: { file: handler, memory: 256, timeout: '5s', env: { A: 'b' } } };
export const make = (shop: Api, more: Api = {}, props: (stack: Stack) => object = () => ({})) => {
  const stack = new Stack(new App(), 'S', { env: { region: 'us-east-1' } });
  const document = { name: 'shop', origins, apis: { shop }, ...more };
  const made = new Sallyport(stack, 'All', { document: document as never, ...props(stack) });
  return { template: () => Template.fromStack(stack), why: made.parts.map((each) => each.why).join('\n'), made };
};
export const get = (given: Api = {}): Api => ({ 'GET /orders/{id}': { to: 'main', ...given } });
export const rest = (given: Api = {}, route: Api = {}): Api => ({ kind: 'rest', routes: get(route), ...given });
export const http = (given: Api = {}, route: Api = {}): Api => ({ kind: 'http', routes: get(route), ...given });
export const mapOf = (name: string): Api => ({ rules: { map: { default: [{ name, params: {} }] } } });
export const domains = (stack: Stack): object => ({
  domains: {
    'api.example.com': {
      certificate: Certificate.fromCertificateArn(stack, 'C', `arn:aws:acm:us-east-1:${'1'.repeat(12)}:certificate/x`),
    },
  },
});
export const vpc = (stack: Stack): object => {
  const made = new Vpc(stack, 'V', { natGateways: 0 }) as IVpc;
  return { vpc: { vpc: made, target: { securityGroup: new SecurityGroup(stack, 'G', { vpc: made }), port: 8080 } } };
};

/** One feature of an API: what it becomes in the template. */
export type Row = readonly [
  feature: string,
  api: Api,
  type: string,
  like: object,
  more?: Api,
  props?: (stack: Stack) => object,
];
