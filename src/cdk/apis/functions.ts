import { CfnOutput, Duration, Names } from 'aws-cdk-lib';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { resolve } from 'node:path';
import type { Document, DocumentInput } from '../../config/document.ts';
import { checked } from '../document.ts';
import { DoorFunction } from '../door-function.ts';
import { PrivateForwarder, type PrivateForwarderProps } from '../forwarder.ts';
import { guardOptions, rulePlace, type RulePlace } from '../rule-place.ts';
import type { RuleWays } from '../rule-ways.ts';
import { shippedWaf } from '../shipped-waf.ts';
import { rulesOf, secretsFor, type DoorSecrets, type SecretsGiven } from '../secrets.ts';
import { storeVariables, type SallyportStores } from '../stores.ts';
import type { FunctionWords } from './function-words.ts';
import { lineDocument, picked } from './line-document.ts';
import type { ApiPlan } from './plan.ts';
import type { RoutePlan } from './route-plan.ts';

/** Where private origins are. */
export interface VpcOfApis extends Pick<PrivateForwarderProps, 'vpc' | 'subnets' | 'target' | 'secretsEndpoint'> {
  readonly prefixList?: string;
  readonly rulesBy?: RuleWays;
}

export interface ApiFunctionsProps {
  readonly document: Document;
  readonly plan: ApiPlan;
  /** As written. */
  readonly origins: DocumentInput['origins'];
  readonly modules: readonly string[];
  readonly secrets: SecretsGiven | undefined;
  readonly vpc: VpcOfApis | undefined;
  readonly stores: SallyportStores | null;
  /** Calls at a time of each function of the line. */
  readonly reservedConcurrency?: number;
  /** Is the API asked at a domain of its own? */
  readonly mapped: boolean;
}

/** The functions of one API, each made when it is first asked for: handlers of the user's, the rules, the line. */
export class ApiFunctions extends Construct {
  readonly #props: ApiFunctionsProps;
  readonly #made = new Map<string, DoorFunction>();
  #count = 0;

  constructor(scope: Construct, id: string, props: ApiFunctionsProps) {
    super(scope, id);
    this.#props = props;
  }

  get doors(): readonly DoorFunction[] {
    return [...this.#made.values()];
  }

  /** Who answers a route that API Gateway does not answer by itself. */
  of(route: RoutePlan, words: FunctionWords | null): DoorFunction {
    return route.ends === 'function' && words !== null
      ? this.own(words, route.rules === 'function')
      : this.#line(route);
  }

  /** A handler of the document; with the rules before it where the body is judged. */
  own(words: FunctionWords, guarded: boolean): DoorFunction {
    const { document, plan, modules } = this.#props;
    return this.#once(`own ${String(guarded)} ${JSON.stringify(words)}`, () => {
      this.#count += 1;
      return new DoorFunction(this, `${plain(words.file)}${this.#count}`, {
        ...(guarded
          ? { door: 'protect' as const, options: this.#guard(), modules, ...this.#read(), ...this.#firewall() }
          : { door: 'own' as const, options: {} }),
        kind: 'own',
        handler: resolve(words.file),
        handlerName: words.handler,
        description: `${document.name}, ${plan.name}: ${words.file}`,
        memoryMb: words.memoryMb,
        timeout: Duration.seconds(words.seconds),
        environment: words.env,
        ...(words.concurrency !== undefined && { reservedConcurrency: words.concurrency }),
      });
    });
  }

  /** The rules as a REQUEST authorizer. */
  rules(): DoorFunction {
    const { document, plan, modules } = this.#props;
    return this.#once('rules', () => {
      const door = new DoorFunction(this, 'Rules', {
        door: 'authorizer',
        kind: 'authorizer',
        description: `Rules of ${document.name} before ${plan.name}`,
        options: { ...this.#guard(), payload: plan.api.kind === 'rest' ? '1.0' : '2.0' },
        timeout: Duration.seconds(10),
        modules,
        ...this.#read(),
        ...this.#firewall(),
      });
      new CfnOutput(this, 'Decisions', { value: door.logs.logGroupName, description: 'aws logs tail --follow' });
      return door;
    });
  }

  #guard(): Record<string, unknown> {
    const { document, plan } = this.#props;
    const { api } = plan;
    return {
      ...guardOptions(document),
      ...(!api.rules && { map: {} }),
      api: { region: api.region, account: api.account, id: api.id ?? plan.name, stage: plan.stage },
    };
  }

  /** What a function with the rules alone reads elsewhere. */
  #read(): { readonly rules: RulePlace | null; readonly secrets: DoorSecrets | null } {
    const { document, plan, secrets, modules } = this.#props;
    if (!plan.api.rules) return { rules: null, secrets: null };
    return {
      rules: rulePlace(this, document),
      secrets: secretsFor(this, document, rulesOf(document), secrets, modules),
    };
  }

  #firewall(): ReturnType<typeof shippedWaf> {
    const { document, plan } = this.#props;
    return plan.api.waf === false ? {} : shippedWaf({ ...document, routes: {}, apis: {} }, 'guard');
  }

  #line({ ends }: RoutePlan): DoorFunction {
    const { document, plan, modules, stores, vpc, secrets, origins, reservedConcurrency } = this.#props;
    const { kind } = plan.api;
    const most = reservedConcurrency === undefined ? {} : { reservedConcurrency };
    return this.#once(ends, () => {
      const own = lineDocument(
        document,
        plan,
        plan.routes.filter((route) => route.ends === ends),
        this.#props.mapped,
      );
      if (ends === 'forwarder' && vpc)
        return new PrivateForwarder(this, 'Forwarder', {
          vpc: vpc.vpc,
          target: vpc.target,
          ...(vpc.subnets && { subnets: vpc.subnets }),
          document: { ...own, origins: picked(origins ?? {}, (name) => Object.hasOwn(own.origins ?? {}, name)) },
          front: kind === 'rest' ? 'rest-api' : 'http-api',
          modules,
          ...most,
          ...(secrets && { secrets }),
          ...(vpc.secretsEndpoint && { secretsEndpoint: vpc.secretsEndpoint }),
          ...(vpc.rulesBy && { rulesBy: vpc.rulesBy }),
          ...(stores && vpc.prefixList !== undefined && { stores: { stores, prefixList: vpc.prefixList } }),
        }).door;
      const door = new DoorFunction(this, 'Line', {
        door: kind === 'rest' ? 'restApi' : 'httpApi',
        kind: 'line',
        ...shippedWaf({ ...document, routes: {}, apis: { [plan.name]: plan.api } }, 'line'),
        description: `${document.name}, ${plan.name}: the line`,
        memoryMb: 512,
        options: { document: { ...checked(own, 'http-api').input, store: { use: 'memory' } } },
        modules,
        ...most,
        rules: this.#read().rules,
        secrets: secretsFor(this, document, own, secrets, modules),
        ...(stores && { table: storeVariables.table, environment: stores.environment }),
      });
      stores?.grantDecide(door.function);
      return door;
    });
  }

  #once(key: string, make: () => DoorFunction): DoorFunction {
    const there = this.#made.get(key);
    if (there) return there;
    const made = make();
    this.#made.set(key, made);
    return made;
  }
}

/** A handler's file as part of an id. */
const plain = (file: string): string =>
  (file.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '').replaceAll(/[^A-Za-z0-9]/g, '') || 'Function';

/** Lets this API call the function, whichever of its routes or authorizers it is. */
export function allowCalls(scope: Construct, called: IFunction, apiArn: string): void {
  const id = `May${Names.nodeUniqueId(called.node).slice(-40)}`;
  if (scope.node.tryFindChild(id)) return;
  new CfnPermission(scope, id, {
    action: 'lambda:InvokeFunction',
    functionName: called.functionArn,
    principal: 'apigateway.amazonaws.com',
    sourceArn: apiArn,
  });
}
