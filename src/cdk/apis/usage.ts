import { CfnOutput } from 'aws-cdk-lib';
import { CfnApiKey, CfnUsagePlan, CfnUsagePlanKey } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { Document } from '../../config/document.ts';
import { methodKey } from '../../pipeline/api-plans.ts';

/** A stage of a REST API that plans may be for. */
export interface PlannedStage {
  readonly apiId: string;
  readonly stageName: string;
}

/**
 * Plans, quotas and keys, counted by API Gateway. It makes the values of keys itself: one that stood in the document would
 * stand in the template, for everybody who may read the stack.
 */
export class UsagePlans extends Construct {
  constructor(scope: Construct, id: string, document: Document, stages: ReadonlyMap<string, PlannedStage>) {
    super(scope, id);
    const plans = Object.entries(document.plans).filter(([, plan]) => plan.stages.some(({ api }) => stages.has(api)));
    const keys = new Map<string, CfnApiKey>();
    const names = [...new Set([...Object.keys(document.apiKeys), ...plans.flatMap(([, plan]) => plan.keys)])];
    for (const name of names) {
      const said = document.apiKeys[name];
      const key = new CfnApiKey(this, `Key${plain(name)}`, {
        name: `${document.name} ${name}`,
        enabled: said?.enabled ?? true,
        ...(said?.description && { description: said.description }),
      });
      keys.set(name, key);
      new CfnOutput(this, `KeyId${plain(name)}`, {
        value: key.ref,
        description: `Key of ${name}: aws apigateway get-api-key --include-value --query value --output text --api-key ID`,
      });
    }
    for (const [name, plan] of plans) {
      const made = new CfnUsagePlan(this, `Plan${plain(name)}`, {
        usagePlanName: `${document.name} ${name}`,
        ...(plan.description !== '' && { description: plan.description }),
        ...(plan.throttle && { throttle: limits(plan.throttle) }),
        ...(plan.quota && {
          quota: { limit: plan.quota.limit, offset: plan.quota.offset, period: plan.quota.period },
        }),
        apiStages: plan.stages.flatMap(({ api, throttle }) => {
          const stage = stages.get(api);
          if (!stage) return [];
          const methods = Object.entries(throttle).map(([text, each]) => [methodPath(text), limits(each)] as const);
          return [
            {
              apiId: stage.apiId,
              stage: stage.stageName,
              ...(methods.length > 0 && { throttle: Object.fromEntries(methods) }),
            },
          ];
        }),
      });
      for (const key of plan.keys) {
        const there = keys.get(key);
        if (there)
          new CfnUsagePlanKey(this, `In${plain(name)}${plain(key)}`, {
            keyId: there.ref,
            keyType: 'API_KEY',
            usagePlanId: made.ref,
          });
      }
    }
  }
}

const limits = ({ rate, burst }: { readonly rate: number; readonly burst: number }): object => ({
  rateLimit: rate,
  burstLimit: burst,
});

/** `/orders/{id}/GET`, as AWS writes it. */
function methodPath(text: string): string {
  const [verb = '', path = ''] = (methodKey(text) ?? text).split(' ', 2);
  return `${path === '/' ? '' : path}/${verb}`;
}

const plain = (name: string): string => name.replaceAll(/[^A-Za-z0-9]/g, '');
