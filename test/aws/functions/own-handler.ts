/** A handler of the user's: it says what it was given. */
export const shop = async (event: { readonly body?: string | null }) => ({
  statusCode: 200,
  body: `mine: ${event.body ?? 'nothing'}, ${process.env['SHOP'] ?? ''}`,
});
