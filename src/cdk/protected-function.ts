import { CfnOutput } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Document, DocumentInput } from '../config/document.ts';
import { documentParts } from '../lab/document-parts.ts';
import { checked } from './document.ts';
import { DoorFunction, type DoorFunctionProps } from './door-function.ts';
import type { OriginSecret } from './origin-secret.ts';
import { guardOptions, rulePlace } from './rule-place.ts';
import { rulesOf, secretsFor, type SecretsGiven } from './secrets.ts';
import { shippedWaf } from './shipped-waf.ts';
import { SallyportWatch } from './watch.ts';

/** A function's own settings are those of any door: 256 MB and 29 s, as long as API Gateway waits, when left out. */
export interface ProtectedFunctionProps extends Pick<
  DoorFunctionProps,
  'modules' | 'memoryMb' | 'timeout' | 'environment' | 'reservedConcurrency' | 'vpc'
> {
  /** Its rules and its firewall run before the handler; of the rest nothing does, so it has to be left out. */
  readonly document: DocumentInput;
  /** The file of your handler; TypeScript is bundled as well. */
  readonly handler: string;
  /** Name of its export; `handler` when left out. */
  readonly handlerName?: string;
  /** The secrets that the document's rules name. In a VPC the function needs a way to Secrets Manager. */
  readonly secrets?: SecretsGiven;
  /** Only who comes by the distribution that sends this secret is let in. */
  readonly originSecret?: OriginSecret;
  /** Who is told of alarms. */
  readonly alarms?: ITopic;
}

/**
 * Your own handler with the document's rules and firewall before it, in one bundle: they see bodies, which no authorizer
 * is shown. Put it behind an HTTP or REST API, a function URL or a load balancer; which of them it is, the event tells.
 */
export class ProtectedFunction extends Construct {
  readonly function: IFunction;
  readonly door: DoorFunction;

  constructor(scope: Construct, id: string, props: ProtectedFunctionProps) {
    super(scope, id);
    const { document } = checked(props.document, 'http-api');
    const lost = unread(document);
    if (lost.length > 0)
      throw new Error(
        `a ProtectedFunction runs rules and firewall before your handler, and nothing would do this: ${lost.join(', ')}. Leave it out, or let the document's routes answer (Sallyport)`,
      );
    const handler = resolve(props.handler);
    if (!existsSync(handler))
      throw new Error(
        `handler: there is no file ${handler}: name it from the folder that the synth runs in, with its ending`,
      );
    const secret = props.originSecret?.door;
    this.door = new DoorFunction(this, 'Protected', {
      door: 'protect',
      kind: 'own',
      description: `${document.name}: its rules before a handler`,
      options: { ...guardOptions(document), ...secret?.options },
      rules: rulePlace(this, document),
      secrets: secretsFor(this, document, rulesOf(document), props.secrets, props.modules),
      ...shippedWaf(document, 'guard'),
      handler,
      ...(props.handlerName !== undefined && { handlerName: props.handlerName }),
      ...(props.modules && { modules: props.modules }),
      ...(props.memoryMb !== undefined && { memoryMb: props.memoryMb }),
      ...(props.timeout && { timeout: props.timeout }),
      environment: { ...props.environment, ...secret?.environment },
      ...(props.reservedConcurrency !== undefined && { reservedConcurrency: props.reservedConcurrency }),
      ...(props.vpc && { vpc: props.vpc }),
    });
    props.originSecret?.grantCheck(this.door);
    this.function = this.door.function;
    new CfnOutput(this, 'Decisions', { value: this.door.logs.logGroupName, description: 'aws logs tail --follow' });
    new SallyportWatch(this, 'Watch', {
      name: document.name,
      doors: [this.door],
      ...(props.alarms && { topic: props.alarms }),
    });
  }
}

/** What the document says and a guard in front of somebody else's handler does not do. */
const unread = (document: Document): string[] => [
  ...documentParts(document, 'authorizer')
    .filter(({ part, runs }) => runs === null || part === 'routes')
    .map(({ part }) => part),
  ...(document.tenants ? ['tenants'] : []),
];
