import { Stack, type App } from 'aws-cdk-lib';
import { Sallyport } from '../../../src/cdk/index.ts';
import type { DocumentInput } from '../../../src/config/document.ts';

const map = { default: [{ name: 'method-and-path', params: { deny: ['/shut'] } }] };

/** A document whose rule map comes from elsewhere, the place made with it. */
const from =
  (name: string, use: string, options: Readonly<Record<string, unknown>>, more: DocumentInput = {}) =>
  (app: App): Stack => {
    const stack = new Stack(app, `Rules-${name}`, { env: { region: 'us-east-1' } });
    const document: DocumentInput = {
      rules: { map, from: { use, with: { ...options } } },
      origins: { main: { url: 'https://origin.example.com' } },
      routes: { 'ANY /{proxy+}': { to: 'main' } },
      ...more,
    };
    new Sallyport(stack, 'Sallyport', { document });
    return stack;
  };

/** One for each place that a rule map comes from. */
export const sourceStacks: Readonly<Record<string, (app: App) => Stack>> = {
  'rules from SSM': from('ssm', 'ssm', { parameter: '/sallyport/rules', bucket: 'sallyport-example-rules' }),
  'rules from S3': from('s3', 's3', { bucket: 'sallyport-example-maps', key: 'main/map.json' }),
  'rules from DynamoDB, before an API': from(
    'dynamodb',
    'dynamodb',
    { table: 'sallyport-rules' },
    { routes: {}, apis: { shop: { kind: 'rest', routes: { 'GET /items': { to: 'main' } } } } },
  ),
};
