const address = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const privateAddress = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

/**
 * Addresses that only a function inside a VPC can reach, as `URL` spells a host. A name may begin with anything
 * (`10.example.com`, `fd.example.com`); one without a dot is no public name.
 */
export const isPrivate = (host: string): boolean =>
  address.test(host)
    ? privateAddress.test(host)
    : /^\[f[cd]/i.test(host) || /\.(?:internal|local)$/i.test(host) || !/[.:]/.test(host);

/** The machine that asks: in a function, the function itself. */
export const isLoopback = (host: string): boolean =>
  address.test(host) ? /^(?:127|0)\./.test(host) : /^(?:(?:.*\.)?localhost|\[::1?\])$/i.test(host);

/** What to say of an origin that is the function itself. */
export const loopbackError = (place: string, url: string): string =>
  `${place}: ${url} would be the function itself: write the address that the origin has in the VPC, or its public name`;
