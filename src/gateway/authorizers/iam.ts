import * as z from 'zod/mini';
import { byDefault, durationText, optional, says } from '../../config/params.ts';
import { Fault } from '../../base/fault.ts';
import { executeApiArn } from '../../events/parts.ts';
import { ms } from '../../config/words.ts';
import type { Exchange } from '../../flow/exchange.ts';
import type { Reason } from '../../trace/reason.ts';
import { signatureReasons } from '../api-reasons.ts';
import { defineAuthorizer, type Finding } from '../authorizer.ts';
import type { Call, CallError } from '../call.ts';
import { responseKind, type ResponseType } from '../gateway-responses.ts';
import { compilePolicy, evaluate, type Decision } from '../resource-policy.ts';
import { checkSignature, readSignature, type SignatureFlaw } from '../sigv4.ts';

const caller = () =>
  z.strictObject({
    secret: says(z.string().check(z.minLength(1)), 'The secret access key, or `${secret:NAME}`.'),
    arn: says(z.string(), 'Who this is: `arn:aws:iam::123456789012:user/ann`.'),
    userId: optional(z.string(), 'Unique id; left out: the access key.'),
    org: optional(z.string(), 'Id of the organisation.'),
    policy: optional(z.unknown(), 'What he may call: a policy document without principals. Left out: everything.'),
  });

const error = (type: ResponseType, message: string | null = responseKind(type).message): CallError => ({
  type,
  message,
  member: 'message',
});
const refusal = (reason: Reason, given: CallError): Finding => ({ kind: 'refusal', reason, error: given });

const flaws: Readonly<Record<Exclude<SignatureFlaw, 'none'>, readonly [Reason, CallError]>> = {
  malformed: [
    signatureReasons.malformed,
    error(
      'INVALID_SIGNATURE',
      'Authorization header requires valid Credential, Signature and SignedHeaders parameters.',
    ),
  ],
  scope: [
    signatureReasons.malformed,
    error('INVALID_SIGNATURE', "Credential should be scoped to correct service: 'execute-api'."),
  ],
  'host-unsigned': [
    signatureReasons.malformed,
    error('INVALID_SIGNATURE', "'Host' must be a 'SignedHeader' in the AWS Authorization."),
  ],
  expired: [signatureReasons.expired, error('EXPIRED_TOKEN', 'Signature expired')],
  'not-yet': [signatureReasons.expired, error('EXPIRED_TOKEN', 'Signature not yet current')],
  mismatch: [signatureReasons.mismatch, error('INVALID_SIGNATURE')],
};

export default defineAuthorizer({
  name: 'iam',
  says: 'Signature version 4 of service execute-api, checked against access keys of the document.',
  options: () =>
    z.strictObject({
      callers: says(z.record(z.string().check(z.minLength(4)), caller()), 'Access key to caller.'),
      skew: byDefault(durationText(), '5m', 'How far a clock may be off.'),
    }),
  open(options, parts) {
    const callers = new Map(
      Object.entries(options.callers).map(([accessKey, given]) => {
        const secret = given.secret.replaceAll(/\$\{secret:([^}]+)\}/g, (_, name: string) => {
          const value = parts.secret(name);
          if (value === null)
            throw new Fault('config.secret', 'config', `authorizer "${parts.name}": there is no secret "${name}"`);
          return value;
        });
        const document = given.policy ?? {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'execute-api:*', Resource: '*' }],
        };
        const { policy, problems } = compilePolicy(document, { principals: 'none', arnPrefix: parts.arnPrefix });
        const first = problems[0];
        if (first)
          throw new Fault(
            'config.policy',
            'config',
            `authorizer "${parts.name}", caller ${accessKey}: ${first.path} ${first.says}`,
          );
        return [accessKey, { ...given, secret, policy, account: given.arn.split(':')[4] ?? parts.account }] as const;
      }),
    );

    const judge = (exchange: Exchange, call: Call, body: Uint8Array): Finding => {
      const signed = readSignature(exchange.request);
      if (signed === 'none') return refusal(signatureReasons.missing, error('MISSING_AUTHENTICATION_TOKEN'));
      if (signed === 'malformed') return refusal(...flaws.malformed);
      const who = callers.get(signed.accessKey);
      if (!who)
        return refusal(signatureReasons['unknown-key'], {
          ...error('ACCESS_DENIED', 'The security token included in the request is invalid.'),
          errorType: 'UnrecognizedClientException',
        });
      const flaw = checkSignature(
        exchange.request,
        signed,
        body,
        { secret: who.secret, service: 'execute-api', now: exchange.clock.now(), skewMs: ms(options.skew) },
        parts.digest,
      );
      if (flaw !== null) return refusal(...flaws[flaw === 'none' ? 'malformed' : flaw]);
      const arn = executeApiArn(call.place, call.method, call.path);
      const may = (action: string): Decision =>
        evaluate(who.policy, { action, resource: arn, principals: [who.arn], keys: () => [] });
      const decision = may('execute-api:Invoke');
      const userId = who.userId ?? signed.accessKey;
      const message = `User: ${who.arn} is not authorized to perform: execute-api:Invoke on resource: ${arn.replace(/:(\d{8})(\d{4}):/, ':********$2:')}`;
      return {
        kind: 'decision',
        decision,
        context:
          parts.api === 'http'
            ? {
                iam: {
                  accessKey: signed.accessKey,
                  accountId: who.account,
                  callerId: userId,
                  cognitoIdentity: null,
                  principalOrgId: who.org ?? '',
                  userArn: who.arn,
                  userId,
                },
              }
            : null,
        identity: {
          accessKey: signed.accessKey,
          accountId: who.account,
          caller: userId,
          user: userId,
          userArn: who.arn,
          ...(who.org === undefined ? {} : { principalOrgId: who.org }),
        },
        principals: [who.arn, who.account],
        account: who.account === parts.account ? 'same' : 'cross',
        may,
        denial: {
          reason: signatureReasons.denied,
          error: error('ACCESS_DENIED', decision === 'deny' ? `${message} with an explicit deny` : message),
        },
      };
    };

    return {
      kind: 'iam',
      ask(exchange, call) {
        const { body } = exchange.request;
        const none = new Uint8Array(0);
        if (!body) return judge(exchange, call, none);
        return body.whole
          ? judge(exchange, call, body.whole)
          : body.bytes(10 * 1024 * 1024).then((bytes) => judge(exchange, call, bytes));
      },
    };
  },
});
