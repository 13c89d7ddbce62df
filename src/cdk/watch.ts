import { Duration, Names, Stack } from 'aws-cdk-lib';
import {
  type Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DoorFunction } from './door-function.ts';

export interface SallyportWatchProps {
  /** Who is told when an alarm goes off; nobody by default, the alarms are there all the same. */
  readonly topic?: ITopic;
  readonly doors: readonly DoorFunction[];
  /** Name of the document, over its graph of refusals. */
  readonly name: string;
  readonly webAcl?: { readonly metric: string; readonly scope: 'REGIONAL' | 'CLOUDFRONT' };
  readonly deadLetters?: IQueue;
}

const minutes5 = Duration.minutes(5);

/** Alarms and one dashboard: is it up, is it slow, whom does it refuse and why, what was not delivered. */
export class SallyportWatch extends Construct {
  readonly dashboard: Dashboard;
  readonly alarms: readonly IAlarm[];

  constructor(scope: Construct, id: string, props: SallyportWatchProps) {
    super(scope, id);
    const alarms: Alarm[] = props.doors.map((door) => door.alarm);
    const alarm = (name: string, metric: IMetric, threshold: number, says: string): void => {
      const made = (metric as Metric).createAlarm(this, name, {
        threshold,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: `${says} (${Stack.of(this).stackName})`,
      });
      alarms.push(made);
    };
    this.dashboard = new Dashboard(this, 'Dashboard', { defaultInterval: Duration.hours(12) });
    const graph = (title: string, left: IMetric[], right: IMetric[] = []): GraphWidget =>
      new GraphWidget({ title, left, right, width: 12 });
    if (props.doors.length > 0) this.#functions(props, graph, alarm);
    if (props.webAcl) {
      const of = (metricName: string): Metric =>
        new Metric({
          namespace: 'AWS/WAFV2',
          metricName,
          statistic: 'Sum',
          period: minutes5,
          dimensionsMap: {
            WebACL: props.webAcl?.metric ?? '',
            Rule: 'ALL',
            ...(props.webAcl?.scope === 'REGIONAL' && { Region: Stack.of(this).region }),
          },
        });
      this.dashboard.addWidgets(
        graph('AWS WAF', [of('AllowedRequests')], [of('BlockedRequests'), of('CountedRequests')]),
      );
      alarm('Blocked', of('BlockedRequests'), 1000, 'AWS WAF blocked a thousand requests in five minutes');
    }
    if (props.deadLetters) {
      const dead = props.deadLetters.metricApproximateNumberOfMessagesVisible({ period: minutes5 });
      this.dashboard.addWidgets(graph('Dead letters', [dead]));
      alarm('DeadLetters', dead, 1, 'a request could not be delivered; look at the log, mend the target, replay');
    }
    for (const each of props.topic ? alarms : []) each.addAlarmAction(new SnsAction(props.topic as ITopic));
    this.alarms = alarms;
  }

  #functions(
    { doors, name }: SallyportWatchProps,
    graph: (title: string, left: IMetric[], right?: IMetric[]) => GraphWidget,
    alarm: (name: string, metric: IMetric, threshold: number, says: string) => void,
  ): void {
    const functions = doors.map((door) => door.function);
    this.dashboard.addWidgets(
      graph(
        'Calls and failures',
        functions.map((each) => each.metricInvocations()),
        functions.flatMap((each) => [each.metricErrors(), each.metricThrottles()]),
      ),
      graph(
        'Milliseconds (p99)',
        functions.map((each) => each.metricDuration({ statistic: 'p99' })),
      ),
    );
    for (const [at, door] of doors.entries())
      alarm(
        `Throttled${at}`,
        door.function.metricThrottles({ period: minutes5 }),
        1,
        'calls were turned away for want of concurrency',
      );
    this.dashboard.addWidgets(graph(`Refusals of ${name} by code`, [this.#refusals(doors)]));
  }

  /** Log lines of refusals become a metric; its dimension is the code, so the dashboard searches for what codes there are. */
  #refusals(doors: readonly DoorFunction[]): IMetric {
    // All stacks of a region share the namespace.
    const metricName = `Refusals ${Names.uniqueResourceName(this, { maxLength: 128, separator: '-' })}`;
    for (const { logs } of doors)
      logs.addMetricFilter('Refusals', {
        filterPattern: FilterPattern.literal('{ $.code = "*" }'),
        metricNamespace: 'Sallyport',
        metricName,
        metricValue: '1',
        dimensions: { code: '$.code' },
      });
    return new MathExpression({
      expression: `SEARCH('{Sallyport,code} MetricName="${metricName}"', 'Sum', 300)`,
      label: '',
      usingMetrics: {},
      period: minutes5,
    });
  }
}
