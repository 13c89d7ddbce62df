/** A request in the form of a REST API's event, which is what the queue's door reads, sent by SQS's form-encoded protocol. */

const literal = (text: string): string => encodeURIComponent(text);
/** `escapeJavaScript` writes an apostrophe with a backslash, which is no JSON, so that is taken back. */
const asJson = (expression: string): string =>
  `$util.urlEncode($util.escapeJavaScript(${expression}).replaceAll("\\\\'", "'"))`;

function map(kind: 'header' | 'querystring'): string {
  const all = `$input.params().get('${kind}')`;
  const pair = [literal('"'), asJson('$name'), literal('":"'), asJson(`${all}.get($name)`), literal('"')].join('');
  return `${literal('{')}#foreach($name in ${all}.keySet())${pair}#if($foreach.hasNext)${literal(',')}#end#end${literal('}')}`;
}

/**
 * The mapping template of a webhook's integration. The body goes as base64, so that a signature over its bytes still fits.
 * API Gateway hands templates one line of each header field; a repeated field keeps its last.
 */
export const webhookTemplate = [
  'Action=SendMessage&MessageBody=',
  literal('{"httpMethod":"'),
  '$context.httpMethod',
  literal('","path":"/'),
  asJson("$input.params('proxy')"),
  literal('","headers":'),
  map('header'),
  literal(',"queryStringParameters":'),
  map('querystring'),
  literal(',"requestContext":{"requestId":"'),
  '$context.requestId',
  literal('","requestTimeEpoch":'),
  '$context.requestTimeEpoch',
  literal(',"stage":"'),
  '$context.stage',
  literal('","identity":{"sourceIp":"'),
  '$util.urlEncode($context.identity.sourceIp)',
  literal('"}},"body":"'),
  '$util.urlEncode($util.base64Encode($input.body))',
  literal('","isBase64Encoded":true}'),
].join('');
