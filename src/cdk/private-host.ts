/** Addresses that only a function inside a VPC can reach. */
export const isPrivate = (host: string): boolean =>
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[?f[cd])/i.test(host) || /\.(?:internal|local)$/.test(host);
