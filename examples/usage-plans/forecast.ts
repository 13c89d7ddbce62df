interface Event {
  readonly pathParameters: { readonly city: string };
  readonly requestContext: { readonly identity: { readonly apiKeyId?: string } };
}

export const handler = async ({ pathParameters, requestContext }: Event) => ({
  statusCode: 200,
  body: JSON.stringify({
    city: decodeURIComponent(pathParameters.city),
    sky: 'clear',
    for: requestContext.identity.apiKeyId,
  }),
});
