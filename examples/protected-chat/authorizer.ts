/** Whose key is this? The plan decides later whether it is one; here it only gets a name. */
export async function handler(event: {
  methodArn: string;
  queryStringParameters: Record<string, string>;
}): Promise<unknown> {
  const { key = '' } = event.queryStringParameters;
  return {
    principalId: /^([a-z]{1,20})-/.exec(key)?.[1] ?? 'guest',
    usageIdentifierKey: key,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
    },
  };
}
