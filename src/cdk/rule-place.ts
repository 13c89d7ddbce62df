import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { milliseconds } from '../base/duration.ts';
import type { Document } from '../config/document.ts';
import { formatIssue, type Issue } from '../config/issues.ts';
import type { ResourceMap } from '../config/rules.ts';
import { registry } from '../pipeline/registry.ts';
import { readSlot } from '../pipeline/slots.ts';
import { acknowledge } from './acknowledge.ts';
import { madeBucket, madeParameter, madeTable } from './rule-place-made.ts';

/** What a function asks for its rule map. */
export type RuleService = 'ssm' | 's3' | 'dynamodb';

interface Options {
  readonly parameter: string;
  readonly bucket: string;
  readonly key: string;
  readonly table: string;
  readonly name: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly every: string;
  readonly keep: string;
}

/**
 * Where the document's rule map comes from. With `rules.map` beside `rules.from` the place is made here, under the name
 * that the document gives it, and the map is put into it; without, the place is there already and only read.
 */
export class RulePlace extends Construct {
  /** Written into a door that carries a map: which of the door's sources, and with what. */
  readonly source: { readonly use: string; readonly options: Readonly<Record<string, unknown>> };
  readonly services: readonly RuleService[];
  readonly #statements: readonly PolicyStatement[];
  readonly #findings: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, use: RuleService, given: Partial<Options>, seed: ResourceMap | undefined) {
    super(scope, id);
    const stack = Stack.of(this);
    const options = given as Options;
    const region = options.region ?? stack.region;
    if (seed && options.region !== undefined && options.region !== stack.region)
      throw new Error(
        `rules.from.with.region is ${options.region}, and what is made here is in ${stack.region}: leave \`region\` out, or \`rules.map\`, which is put where it comes from`,
      );
    const { every, keep, ...place } = options;
    this.source = {
      use: { ssm: 'ssmRules', s3: 's3Rules', dynamodb: 'dynamoRules' }[use],
      options: {
        ...place,
        // A replica of Lambda@Edge runs in another region than the one it was made in.
        ...(stack.region.startsWith('$') ? {} : { region }),
        everyMs: milliseconds(every),
        keepMs: milliseconds(keep),
      },
    };
    const named = (text: string, service: string, resource: string): string =>
      text.startsWith('arn:') ? text : `arn:${stack.partition}:${service}:${region}:${stack.account}:${resource}`;
    const read = (action: string, resource: string): PolicyStatement =>
      new PolicyStatement({ actions: [action], resources: [resource] });
    const object = (bucket: string, key: string): string => `arn:${stack.partition}:s3:::${bucket}/${key}`;
    const text = JSON.stringify(seed);
    this.#findings = {};
    if (use === 'ssm') {
      const { parameter, bucket } = given as { parameter: string; bucket?: string };
      const name = parameter.replace(/^\//, '');
      this.services = bucket === undefined ? ['ssm'] : ['ssm', 's3'];
      this.#statements = [read('ssm:GetParameter', named(parameter, 'ssm', `parameter/${name}`))];
      if (bucket !== undefined) {
        this.#statements = [...this.#statements, read('s3:GetObject', object(bucket, `${name}/*`))];
        this.#findings = {
          [`AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${bucket}/${name}/*]`]:
            'Versions of one rule map, whose names are not known before they are published; they may be read and nothing else.',
        };
      }
      if (seed) madeParameter(this, { parameter, bucket, text });
    } else if (use === 's3') {
      this.services = ['s3'];
      this.#statements = [read('s3:GetObject', object(options.bucket, options.key))];
      if (seed) madeBucket(this, { bucket: options.bucket, key: options.key, text });
    } else {
      this.services = ['dynamodb'];
      const leading = `rules#${options.name}`;
      this.#statements = [
        new PolicyStatement({
          actions: ['dynamodb:GetItem'],
          resources: [named(options.table, 'dynamodb', `table/${options.table}`)],
          conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [leading] } },
        }),
      ];
      if (seed) madeTable(this, { table: options.table, leading, text });
    }
  }

  /** Read this one map, and no more. */
  grantRead(to: IGrantable & IConstruct): void {
    for (const statement of this.#statements) to.grantPrincipal.addToPrincipalPolicy(statement);
    acknowledge(to, this.#findings);
  }
}

const known: ReadonlySet<string> = new Set<RuleService>(['ssm', 's3', 'dynamodb']);

/** The place that the document names, once for each stack; null where the map stands in the document. */
export function rulePlace(scope: Construct, document: Document): RulePlace | null {
  const { from, map } = document.rules;
  if (!from) return null;
  const issues: Issue[] = [];
  const slot = readSlot('source', from, registry().sources, ['rules', 'from'], issues);
  if (slot === null)
    throw new Error(`the document is not in order:\n${issues.map((issue) => formatIssue(issue)).join('\n')}`);
  if (!known.has(from.use))
    throw new Error(
      `rules.from.use: a function reads its rule map from ssm, s3 or dynamodb, not from "${from.use}": use one of them, or write the map into the document`,
    );
  const stack = Stack.of(scope);
  const id = `Rules-${from.use}-${Object.values(from.with)
    .map(String)
    .join('-')
    .replaceAll(/[^\w-]+/g, '-')}`;
  const found = stack.node.tryFindChild(id) as RulePlace | undefined;
  return found ?? new RulePlace(stack, id, from.use as RuleService, slot.options as Partial<Options>, map);
}

/** What a door that has the rules without the document is told of them; its map is read where `rules.from` says. */
export const guardOptions = ({ rules }: Document): Readonly<Record<string, unknown>> => ({
  map: rules.from ? {} : (rules.map ?? {}),
  onFault: rules.onFault,
  bodyBytes: rules.bodyBytes,
  timeoutMs: milliseconds(rules.timeout),
});
