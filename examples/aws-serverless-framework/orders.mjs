/** The business code: it never sees a request that the rules refused. */
export const handler = async (event) => ({
  statusCode: 200,
  body: JSON.stringify({ order: event.pathParameters.id }),
});
