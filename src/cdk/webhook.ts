import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AwsIntegration,
  EndpointType,
  LogGroupLogDestination,
  MethodLoggingLevel,
  PassthroughBehavior,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { PrivateForwarder, type PrivateForwarderProps } from './forwarder.ts';
import { logGroup, type StageLimits } from './log-places.ts';
import { addressPolicy } from './private-api.ts';
import { acknowledgeRest } from './usage-plan.ts';
import { SallyportWatch } from './watch.ts';
import { webhookTemplate } from './webhook-template.ts';

export interface WebhookForwarderProps extends Omit<PrivateForwarderProps, 'front'> {
  /** Addresses that may send; everybody when left out, and then the signature has to tell. */
  readonly allow?: readonly string[];
  readonly throttle?: StageLimits;
  /** Media types that are taken; text only, since a mapping template knows no other. Everything else is answered 415. */
  readonly types?: readonly string[];
  /** Deliveries that are tried before a request is a dead letter; 5 by default. */
  readonly tries?: number;
  /** How long a request is kept as a dead letter; 14 days by default, which is the most. */
  readonly keep?: Duration;
  readonly alarms?: ITopic;
}

const textTypes = ['application/json', 'application/x-www-form-urlencoded', 'application/xml', 'text/plain'];

/**
 * Webhook mode: the API writes each request into a queue and answers 202; the line, with its rules, takes it from there to
 * the private host. A sender that does not try again loses nothing while the host is down. What cannot be delivered waits
 * among the dead letters, and an alarm says so.
 */
export class WebhookForwarder extends Construct {
  readonly url: string;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly forwarder: PrivateForwarder;

  constructor(scope: Construct, id: string, props: WebhookForwarderProps) {
    super(scope, id);
    this.forwarder = new PrivateForwarder(this, 'Forwarder', { ...props, front: 'queue' });
    const { door } = this.forwarder;
    const timeout = door.function.timeout ?? Duration.seconds(30);
    const kept = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, removalPolicy: RemovalPolicy.RETAIN };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...kept, retentionPeriod: props.keep ?? Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      ...kept,
      retentionPeriod: Duration.days(4),
      // AWS's advice for Lambda: six times the function's time, so that nobody else is shown what is being delivered.
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.tries ?? 5 },
    });
    door.function.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 10,
        reportBatchItemFailures: true,
        // No more at a time than the function may have, or SQS would count turned-away calls as deliveries.
        maxConcurrency: Math.max(2, props.reservedConcurrency ?? 20),
      }),
    );
    this.url = this.#api(props);
    new SallyportWatch(this, 'Watch', {
      name: (props.document as { name?: string }).name ?? 'sallyport',
      doors: [door],
      deadLetters: this.deadLetters,
      ...(props.alarms && { topic: props.alarms }),
    });
    new CfnOutput(this, 'Url', { value: this.url });
    new CfnOutput(this, 'Decisions', { value: door.logs.logGroupName, description: 'aws logs tail --follow' });
    new CfnOutput(this, 'Replay', {
      value: this.deadLetters.queueArn,
      description: 'aws sqs start-message-move-task --source-arn ARN',
    });
  }

  #api(props: WebhookForwarderProps): string {
    const api = new RestApi(this, 'Api', {
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      cloudWatchRole: true,
      // The account goes on naming this role when the stack is gone, and without it no API of the region could log.
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      ...(props.allow && { policy: addressPolicy(props.allow) }),
      deployOptions: {
        stageName: 'prod',
        accessLogDestination: new LogGroupLogDestination(logGroup(this, 'AccessLogs')),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        loggingLevel: MethodLoggingLevel.ERROR,
        metricsEnabled: true,
        throttlingRateLimit: props.throttle?.rate ?? 100,
        throttlingBurstLimit: props.throttle?.burst ?? 200,
      },
    });
    const role = new Role(this, 'Sender', { assumedBy: new ServicePrincipal('apigateway.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }));
    const integration = new AwsIntegration({
      service: 'sqs',
      integrationHttpMethod: 'POST',
      path: `${Stack.of(this).account}/${this.queue.queueName}`,
      options: {
        credentialsRole: role,
        // A type without a template is answered 415, and not passed to SQS as it is.
        passthroughBehavior: PassthroughBehavior.NEVER,
        requestParameters: {
          'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'",
        },
        requestTemplates: Object.fromEntries((props.types ?? textTypes).map((type) => [type, webhookTemplate])),
        integrationResponses: [
          { statusCode: '202', responseTemplates: { 'application/json': '{"message":"Accepted"}' } },
          {
            selectionPattern: '[45]\\d\\d',
            statusCode: '502',
            responseTemplates: { 'application/json': '{"message":"Bad Gateway"}' },
          },
        ],
      },
    });
    const hooks = api.root.addResource('{proxy+}');
    hooks.addMethod('POST', integration, {
      requestParameters: { 'method.request.path.proxy': true },
      methodResponses: [{ statusCode: '202' }, { statusCode: '502' }],
    });
    acknowledgeRest(api, {
      'AwsSolutions-APIG4':
        'Senders of webhooks sign; the signature covers the body, which no authorizer sees. The rules check it when the request leaves the queue.',
      'AwsSolutions-COG4': 'Callers are machines; there is no user pool to ask.',
      'AwsSolutions-APIG3':
        'Nothing runs but the queue; the rules of the document decide before anything is delivered. A web ACL has a price for each month and can be put in front at any time.',
    });
    return api.url;
  }
}
