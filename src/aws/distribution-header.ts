import type { AwsCall } from './aws-call.ts';

interface Config {
  readonly xml: string;
  /** CloudFront takes a change only from somebody who has seen the newest version. */
  readonly etag: string;
}

/** The custom header that a distribution sends to its origins. CloudFront speaks XML; nothing but the one value is touched. */
export class DistributionHeader {
  readonly #call: AwsCall;
  readonly #id: string;
  readonly #name: string;

  constructor(call: AwsCall, distributionId: string, headerName: string) {
    this.#call = call;
    this.#id = distributionId;
    this.#name = headerName.toLowerCase();
  }

  /** Values of all origins that have the header. */
  async read(): Promise<readonly string[]> {
    return found(await this.#config(), this.#name).map((each) => each.value);
  }

  /** At every origin that has the header already. False when there was nothing to change. */
  async write(value: string): Promise<boolean> {
    const config = await this.#config();
    const places = found(config, this.#name);
    if (places.every((place) => place.value === value)) return false;
    let xml = config.xml;
    for (const place of places.toReversed()) xml = xml.slice(0, place.from) + value + xml.slice(place.to);
    await this.#send('PUT', 'config', xml, { 'if-match': config.etag });
    return true;
  }

  /** Has every edge location what was written last? */
  async deployed(): Promise<boolean> {
    const { text } = await this.#send('GET', '', '');
    return /<Status>\s*Deployed\s*<\/Status>/.test(text);
  }

  async #config(): Promise<Config> {
    const { text, etag } = await this.#send('GET', 'config', '');
    return { xml: text, etag };
  }

  async #send(
    method: 'GET' | 'PUT',
    what: 'config' | '',
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly text: string; readonly etag: string }> {
    const answer = await this.#call({
      service: 'cloudfront',
      region: 'us-east-1',
      host: 'cloudfront.amazonaws.com',
      method,
      target: `/2020-05-31/distribution/${encodeURIComponent(this.#id)}${what === '' ? '' : `/${what}`}`,
      headers: { ...headers, ...(method === 'PUT' && { 'content-type': 'text/xml' }) },
      body,
    });
    if (answer.status === 200) return { text: answer.text, etag: answer.headers.get('etag') ?? '' };
    const code = /<Code>([^<]*)<\/Code>/.exec(answer.text)?.[1] ?? 'no code';
    throw new Error(`CloudFront ${method} of distribution ${this.#id}: ${answer.status} ${code}`);
  }
}

/** Where the values of the header stand in the text. */
function found(
  config: Config,
  name: string,
): readonly { readonly from: number; readonly to: number; readonly value: string }[] {
  const header =
    /<OriginCustomHeader>\s*<HeaderName>([^<]*)<\/HeaderName>\s*<HeaderValue>([^<]*)<\/HeaderValue>\s*<\/OriginCustomHeader>/g;
  const places = [...config.xml.matchAll(header)]
    .filter((match) => match[1]?.trim().toLowerCase() === name)
    .map((match) => {
      const value = match[2] ?? '';
      const from = match.index + match[0].indexOf('<HeaderValue>') + '<HeaderValue>'.length;
      return { from, to: from + value.length, value };
    });
  if (places.length === 0)
    throw new Error(
      `no origin of the distribution has the custom header ${name}: deploy the stack again, which sets it`,
    );
  return places;
}
