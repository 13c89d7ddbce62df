/** Answers each message with itself; the reply goes back over the route response. */
export const handler = async (event: {
  readonly body?: string;
  readonly requestContext: { readonly eventType: string };
}) => ({
  statusCode: 200,
  body: event.requestContext.eventType === 'MESSAGE' ? JSON.stringify({ echo: event.body }) : '',
});
