export interface Resolver {
  /** Addresses of a host name, in the order to try them. An address resolves to itself. Rejects when there is none. */
  resolve(host: string): Promise<readonly string[]>;
}
