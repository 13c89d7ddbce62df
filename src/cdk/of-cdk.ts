/** CDK's classes do not say `| undefined` as `exactOptionalPropertyTypes` wants it, so they do not fit their own interfaces. */
export const ofCdk = <Wanted>(given: object): Wanted => given as Wanted;
