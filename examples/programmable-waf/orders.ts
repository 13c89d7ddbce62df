/** The function behind the rules; it works with both event forms and so for all three APIs. */
export const handler = async (event: { readonly rawPath?: string; readonly path?: string }) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ order: (event.rawPath ?? event.path ?? '').split('/').at(-1) }),
});
