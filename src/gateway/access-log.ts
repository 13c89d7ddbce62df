import type { HttpRequest } from '../http/message.ts';
import type { Call } from './call.ts';
import { contextValue, substitute, type Outcome } from './variables.ts';

/** Formats that AWS's own console offers. */
export const accessLogFormats: Readonly<Record<'clf' | 'json' | 'csv' | 'xml', string>> = {
  clf: '$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId $context.extendedRequestId',
  json: '{ "requestId":"$context.requestId", "extendedRequestId":"$context.extendedRequestId", "ip":"$context.identity.sourceIp", "caller":"$context.identity.caller", "user":"$context.identity.user", "requestTime":"$context.requestTime", "httpMethod":"$context.httpMethod", "resourcePath":"$context.resourcePath", "status":"$context.status", "protocol":"$context.protocol", "responseLength":"$context.responseLength" }',
  csv: '$context.identity.sourceIp,$context.identity.caller,$context.identity.user,$context.requestTime,$context.httpMethod,$context.resourcePath,$context.protocol,$context.status,$context.responseLength,$context.requestId,$context.extendedRequestId',
  xml: '<request id="$context.requestId"> <extendedRequestId>$context.extendedRequestId</extendedRequestId> <ip>$context.identity.sourceIp</ip> <caller>$context.identity.caller</caller> <user>$context.identity.user</user> <requestTime>$context.requestTime</requestTime> <httpMethod>$context.httpMethod</httpMethod> <resourcePath>$context.resourcePath</resourcePath> <status>$context.status</status> <protocol>$context.protocol</protocol> <responseLength>$context.responseLength</responseLength> </request>',
};

/** What is wrong with a template, or null. */
export function accessLogProblem(template: string): string | null {
  if (template.length > 3072) return `has ${template.length} characters; API Gateway takes 3072`;
  if (!/\$context\.(?:requestId|extendedRequestId)\b/.test(template))
    return 'must hold $context.requestId or $context.extendedRequestId';
  return null;
}

/** One line for one request; a variable that does not apply prints as `-`. Line breaks cannot come in by a value. */
export function accessLogLine(template: string, call: Call, request: HttpRequest, outcome: Outcome): string {
  const line = substitute(
    template,
    (scope, name) =>
      scope === 'context'
        ? contextValue(call, request, name, outcome)
        : scope === 'stageVariables'
          ? (call.stageVariables?.[name] ?? null)
          : null,
    '-',
  );
  return line.replaceAll(/[\r\n]+/g, ' ');
}
