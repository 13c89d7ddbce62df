import {
  Function as EdgeScript,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  ImportSource,
  KeyValueStore,
  LambdaEdgeEventType,
  type EdgeLambda,
  type FunctionAssociation,
  type experimental,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Runtime, type IVersion } from 'aws-cdk-lib/aws-lambda';
import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Document } from '../../config/document.ts';
import { reasons } from '../../edge/reasons.ts';
import { acknowledge } from '../acknowledge.ts';
import { edgeFunction, edgeRole, guardFunction } from '../edge-function.ts';
import type { SecretsGiven } from '../secrets.ts';
import { lambdaFolder, typedFolder } from './code-entry.ts';
import type { CodeShape, Moment, Moments, StoreName } from './code.ts';
import type { EdgePlan } from './plan.ts';

export interface CodesProps {
  readonly document: Document;
  readonly plan: EdgePlan;
  readonly modules?: readonly string[];
  readonly secrets?: SecretsGiven;
}

interface Associations {
  readonly functionAssociations?: FunctionAssociation[];
  readonly edgeLambdas?: EdgeLambda[];
}

const scriptMoments = {
  viewerRequest: FunctionEventType.VIEWER_REQUEST,
  viewerResponse: FunctionEventType.VIEWER_RESPONSE,
} as const;
const lambdaMoments = {
  viewerRequest: LambdaEdgeEventType.VIEWER_REQUEST,
  originRequest: LambdaEdgeEventType.ORIGIN_REQUEST,
  originResponse: LambdaEdgeEventType.ORIGIN_RESPONSE,
  viewerResponse: LambdaEdgeEventType.VIEWER_RESPONSE,
} as const;

/** Functions and KeyValueStores of one distribution; what stands at several places is made once. */
export class Codes extends Construct {
  readonly #props: CodesProps;
  readonly #scripts = new Map<string, EdgeScript>();
  readonly #lambdas = new Map<string, experimental.EdgeFunction>();
  readonly #stores = new Map<string, KeyValueStore>();
  #role: Role | null = null;

  constructor(scope: Construct, id: string, props: CodesProps) {
    super(scope, id);
    this.#props = props;
    const { licence, stores } = props.plan;
    for (const [name, data] of Object.entries(stores)) this.#store(name, `Store${this.#stores.size + 1}`, data);
    if (licence?.data) this.#store('licences', 'Licences', licence.data);
  }

  #store(name: string, id: string, data: Readonly<Record<string, string>>): void {
    const pairs = Object.entries(data).map(([key, value]) => ({ key, value }));
    const made = new KeyValueStore(this, id, {
      ...(pairs.length > 0 && { source: ImportSource.fromInline(JSON.stringify({ data: pairs })) }),
    });
    this.#stores.set(id === 'Licences' ? 'licences' : `named ${name}`, made);
    new CfnOutput(this, `${id}Arn`, {
      value: made.keyValueStoreArn,
      description:
        id === 'Licences'
          ? 'Licences: sallyport licences export --to kvs | KVS_ARN=... sh'
          : `KeyValueStore ${name}: aws cloudfront-keyvaluestore put-key`,
    });
  }

  /** What CloudFront calls at each moment of a behaviour. */
  at(moments: Moments): Associations {
    const entries = Object.entries(moments) as [Moment, CodeShape][];
    const scripts = entries.flatMap(([moment, code]): FunctionAssociation[] =>
      code.kind === 'script'
        ? [{ eventType: scriptMoments[moment as 'viewerRequest'], function: this.#script(code.code, code.store) }]
        : [],
    );
    const lambdas = entries.flatMap(([moment, code]): EdgeLambda[] =>
      code.kind === 'script'
        ? []
        : [
            {
              eventType: lambdaMoments[moment],
              functionVersion: this.#lambda(code, moment.startsWith('viewer')).currentVersion,
              ...(moment.endsWith('Request') && {
                includeBody: code.kind === 'guard' || (code.kind === 'lambda' && code.body),
              }),
            },
          ],
    );
    return {
      ...(scripts.length > 0 && { functionAssociations: scripts }),
      ...(lambdas.length > 0 && { edgeLambdas: lambdas }),
    };
  }

  /** Versions of all Lambda@Edge functions that stand somewhere. */
  get versions(): IVersion[] {
    return [...this.#lambdas.values()].map(({ currentVersion }) => currentVersion);
  }

  /** For paths of which the document says nothing: the refusal that its own edge gives. */
  refusal(): Associations {
    const { status, code } = reasons['no-behaviour'];
    return {
      functionAssociations: [
        {
          eventType: FunctionEventType.VIEWER_REQUEST,
          function: this.#script(
            `function handler(event) {\n  return { statusCode: ${status}, statusDescription: 'Forbidden', headers: { 'cache-control': { value: 'no-store' }, 'x-sallyport-code': { value: '${code}' } } };\n}\n`,
            null,
          ),
        },
      ],
    };
  }

  #script(code: string, store: StoreName | null): EdgeScript {
    const key = JSON.stringify([code, store]);
    const there = this.#scripts.get(key);
    if (there) return there;
    const values = store && this.#stores.get(store === 'licences' ? store : `named ${store.named}`);
    const made = new EdgeScript(this, `Script${this.#scripts.size + 1}`, {
      code: FunctionCode.fromInline(code),
      runtime: FunctionRuntime.JS_2_0,
      ...(values && { keyValueStore: values }),
    });
    this.#scripts.set(key, made);
    return made;
  }

  #lambda(code: Exclude<CodeShape, { kind: 'script' }>, viewer: boolean): experimental.EdgeFunction {
    const key = JSON.stringify([code, code.kind === 'lambda' && viewer]);
    const there = this.#lambdas.get(key);
    if (there) return there;
    const { document, modules, secrets } = this.#props;
    const role = (this.#role ??= edgeRole(this));
    const id = `Function${this.#lambdas.size + 1}`;
    const made =
      code.kind === 'guard'
        ? guardFunction(this, document, role, modules, secrets)
        : code.kind === 'typed'
          ? edgeFunction(this, id, { role, folder: typedFolder(code, modules ?? []) })
          : edgeFunction(this, id, {
              role,
              folder: lambdaFolder(code, viewer),
              seconds: code.seconds,
              memoryMb: code.memory,
              // The last that calls a handler with a callback.
              runtime: Runtime.NODEJS_22_X,
            });
    if (code.kind === 'lambda')
      acknowledge(made, {
        'AwsSolutions-L1':
          'A handler may take a callback, as the document’s own edge lets it, and the newest runtime calls none.',
      });
    this.#lambdas.set(key, made);
    return made;
  }
}
