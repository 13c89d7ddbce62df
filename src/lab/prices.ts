/** List prices of AWS, US East (N. Virginia), without free tiers. Data with its date: no figure of these stands anywhere else. */
export const prices = {
  asOf: '2026-11-21',
  source:
    'AWS price pages and best-practice guide as compiled on that day (DynamoDB and logs: as published in 2025); check before you decide',
  waf: {
    webAcl: 5,
    rule: 1,
    million: 0.6,
    includedUnits: 1500,
    perStartedUnits: { units: 500, million: 0.2 },
    bodyStep: { bytes: 16_384, million: 0.3 },
  },
  lambda: { million: 0.2, gbSecond: { arm64: 0.0000133334, x86: 0.0000166667 } },
  /** On demand, for a million units: a write of 1 kB, a consistent read of 4 kB; since November 2024. */
  dynamodb: { writeMillion: 0.625, readMillion: 0.125 },
  /** Taking in a gigabyte, first 10 TB of a month. */
  logs: { gigabyte: 0.5 },
  edge: { million: 0.6, gbSecond: 0.00005001 },
  cloudfront: {
    tenThousandHttps: 0.01,
    functionMillion: 0.1,
    flat: [
      { name: 'Free', month: 0, millions: 1 },
      { name: 'Pro', month: 15, millions: 10 },
      { name: 'Business', month: 200, millions: 125 },
      { name: 'Premium', month: 1000, millions: 500 },
    ],
  },
  api: { rest: 3.5, http: 1, websocket: 1 },
} as const;
