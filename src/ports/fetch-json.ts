/** Fetches a JSON document, at most `most` bytes of it, within `withinMs`; rejects otherwise. For control data, not for requests. */
export type FetchJson = (url: string, limits: { readonly withinMs: number; readonly most: number }) => Promise<unknown>;
