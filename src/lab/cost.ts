import { prices } from './prices.ts';

/** Dollars for a million calls of a function. Billed by the started millisecond. */
export function lambdaPrice(call: {
  readonly memoryMb: number;
  readonly milliseconds: number;
  readonly arch?: 'arm64' | 'x86';
}): number {
  const seconds = (Math.ceil(call.milliseconds) / 1000) * 1_000_000;
  return prices.lambda.million + seconds * (call.memoryMb / 1024) * prices.lambda.gbSecond[call.arch ?? 'arm64'];
}

/** Dollars a month for one web ACL. */
export function wafPrice(acl: {
  readonly rules: number;
  readonly millions: number;
  readonly units?: number;
  readonly bodyBytes?: number;
  readonly limitBytes?: number;
}): number {
  const { waf } = prices;
  const beyond = Math.max(0, Math.ceil(((acl.units ?? 0) - waf.includedUnits) / waf.perStartedUnits.units));
  const body = Math.max(
    0,
    Math.ceil((Math.min(acl.bodyBytes ?? 0, acl.limitBytes ?? 65_536) - waf.bodyStep.bytes) / waf.bodyStep.bytes),
  );
  return (
    waf.webAcl +
    acl.rules * waf.rule +
    acl.millions * (waf.million + beyond * waf.perStartedUnits.million + body * waf.bodyStep.million)
  );
}

/** Megabytes that the constructs give each part; Lambda@Edge at the viewer has no more. */
export const partMemory = { authorizer: 256, line: 512, edge: 128 } as const;

/** Bytes of log for each request: a function's own lines with the decision, and the access log of an API. */
export const logBytes = { function: 800, api: 200 } as const;

/** Dollars for the log of a million requests. */
const logPrice = (bytes: number): number => (bytes / 1000) * prices.logs.gigabyte;

export interface Offer {
  readonly name: string;
  readonly month: number;
  readonly says: string;
}

/** Ways to run the same rules for so many requests, cheapest first; the native product is one of them, whatever comes out. */
export function offers(load: {
  readonly millions: number;
  readonly rules: number;
  readonly units: number;
  /** Of the decision. */
  readonly milliseconds: number;
  /** What the line waits for the origin, and is billed for. */
  readonly originMs: number;
  /** How many things are counted for each request; one read and one write each. */
  readonly counts: number;
  /** Of the authorizer and the line; left out: as the constructs deploy them. */
  readonly memoryMb?: number;
}): readonly Offer[] {
  const { millions, rules, units, milliseconds, originMs, counts } = load;
  const authorizer =
    lambdaPrice({ memoryMb: load.memoryMb ?? partMemory.authorizer, milliseconds }) + logPrice(logBytes.function);
  const line =
    lambdaPrice({ memoryMb: load.memoryMb ?? partMemory.line, milliseconds: milliseconds + originMs }) +
    logPrice(logBytes.function) +
    counts * (prices.dynamodb.writeMillion + prices.dynamodb.readMillion);
  const httpApi = prices.api.http + logPrice(logBytes.api);
  const edgeCall =
    prices.edge.million +
    (Math.ceil(milliseconds) / 1000) * 1_000_000 * (partMemory.edge / 1024) * prices.edge.gbSecond +
    logPrice(logBytes.function);
  const fits = prices.cloudfront.flat.find((plan) => plan.millions >= millions);
  const all: readonly (Offer | null)[] = [
    {
      name: 'REST API with AWS WAF',
      month: millions * (prices.api.rest + logPrice(logBytes.api)) + wafPrice({ rules, millions, units }),
      says: `${rules} rules, about ${units} units; native rules only`,
    },
    {
      name: 'HTTP API with the Lambda authorizer',
      month: millions * (httpApi + authorizer),
      says: 'no fixed price; rules without bodies; who answers costs extra',
    },
    {
      name: 'HTTP API with the line in the path',
      month: millions * (httpApi + line),
      says: 'no fixed price; bodies too; the function is billed while it waits for the origin',
    },
    {
      name: 'CloudFront with Lambda@Edge',
      month: millions * (prices.cloudfront.tenThousandHttps * 100 + edgeCall),
      says: 'requests without transfer',
    },
    fits
      ? {
          name: `CloudFront ${fits.name} flat rate with AWS WAF`,
          month: fits.month,
          says: `up to ${fits.millions} million requests, web ACL and transfer included; native rules only`,
        }
      : null,
  ];
  return all.filter((offer) => offer !== null).toSorted((a, b) => a.month - b.month);
}
