/** The host of a request as it may stand in a URL; what could not is left out. */
export const formatHost = (host: string | undefined): string =>
  host !== undefined && /^[A-Za-z0-9.\-_[\]:]+$/.test(host) ? host : '';
