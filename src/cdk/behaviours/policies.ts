import { CfnOutput, Names, Stack, Token } from 'aws-cdk-lib';
import {
  CachePolicy,
  CfnCachePolicy,
  CfnKeyGroup,
  CfnOriginRequestPolicy,
  CfnPublicKey,
  CfnResponseHeadersPolicy,
  KeyGroup,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  type ICachePolicy,
  type IKeyGroup,
  type IOriginRequestPolicy,
  type IResponseHeadersPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';
import { createHash } from 'node:crypto';
import type { Selection } from '../../config/cache.ts';
import type { CacheShape } from './cache-policy.ts';
import { listed } from './names.ts';
import type { OriginShape } from './origin-policy.ts';
import type { HeadersShape } from './response-headers.ts';
import { mostInGroup, type KeysShape } from './signed.ts';

const behaviorOf = (selection: Selection): string =>
  typeof selection === 'string' ? selection : 'only' in selection ? 'whitelist' : 'allExcept';

/** Policies and keys of one distribution; what is said twice is made once, since an account holds twenty of each kind. */
export class Policies extends Construct {
  readonly #made = new Map<string, unknown>();

  #once<Made>(kind: string, shape: unknown, make: (id: string) => Made): Made {
    const key = kind + JSON.stringify(shape);
    if (!this.#made.has(key)) {
      const count = [...this.#made.keys()].filter((each) => each.startsWith(kind)).length;
      this.#made.set(key, make(`${kind}${count + 1}`));
    }
    return this.#made.get(key) as Made;
  }

  /** Policies are an account's and have one name in all regions, so the name says which stack's they are. */
  #name(id: string): string {
    const { region } = Stack.of(this);
    const name = Names.uniqueResourceName(this, { maxLength: 90, separator: '-' });
    return `${name}-${id}${Token.isUnresolved(region) ? '' : `-${region}`}`;
  }

  cache(shape: CacheShape | null): ICachePolicy {
    if (shape === null) return CachePolicy.CACHING_DISABLED;
    const { id: managed, ttl, headers, query, cookies, gzip, brotli } = shape;
    if (managed !== null) return this.#once('Cache', managed, (id) => CachePolicy.fromCachePolicyId(this, id, managed));
    return this.#once('Cache', shape, (id) => {
      const made = new CfnCachePolicy(this, id, {
        cachePolicyConfig: {
          name: this.#name(id),
          minTtl: ttl.min,
          defaultTtl: ttl.default,
          maxTtl: ttl.max,
          parametersInCacheKeyAndForwardedToOrigin: {
            enableAcceptEncodingGzip: gzip,
            enableAcceptEncodingBrotli: brotli,
            headersConfig: {
              headerBehavior: headers.length > 0 ? 'whitelist' : 'none',
              ...(headers.length > 0 && { headers: [...headers] }),
            },
            queryStringsConfig: {
              queryStringBehavior: behaviorOf(query),
              ...(typeof query === 'object' && { queryStrings: [...listed(query)] }),
            },
            cookiesConfig: {
              cookieBehavior: behaviorOf(cookies),
              ...(typeof cookies === 'object' && { cookies: [...listed(cookies)] }),
            },
          },
        },
      });
      return CachePolicy.fromCachePolicyId(this, `${id}Ref`, made.ref);
    });
  }

  originRequest(shape: OriginShape): IOriginRequestPolicy {
    const { id: managed, headers, made: fields, query, cookies } = shape;
    if (managed !== null)
      return this.#once('Origin', managed, (id) => OriginRequestPolicy.fromOriginRequestPolicyId(this, id, managed));
    return this.#once('Origin', shape, (id) => {
      const names = fields.length > 0 ? fields : listed(headers);
      const headerBehavior =
        headers === 'all' ? (fields.length > 0 ? 'allViewerAndWhitelistCloudFront' : 'allViewer') : behaviorOf(headers);
      const made = new CfnOriginRequestPolicy(this, id, {
        originRequestPolicyConfig: {
          name: this.#name(id),
          headersConfig: { headerBehavior, ...(names.length > 0 && { headers: [...names] }) },
          queryStringsConfig: {
            queryStringBehavior: behaviorOf(query),
            ...(typeof query === 'object' && { queryStrings: [...listed(query)] }),
          },
          cookiesConfig: {
            cookieBehavior: behaviorOf(cookies),
            ...(typeof cookies === 'object' && { cookies: [...listed(cookies)] }),
          },
        },
      });
      return OriginRequestPolicy.fromOriginRequestPolicyId(this, `${id}Ref`, made.ref);
    });
  }

  headers(shape: HeadersShape): IResponseHeadersPolicy {
    return this.#once('Headers', shape, (id) => {
      const made = new CfnResponseHeadersPolicy(this, id, {
        responseHeadersPolicyConfig: { name: this.#name(id), ...shape },
      });
      return ResponseHeadersPolicy.fromResponseHeadersPolicyId(this, `${id}Ref`, made.ref);
    });
  }

  /** Trusted key groups of five keys each, and an output with the id that AWS gives each key. */
  keyGroups(shape: KeysShape): IKeyGroup[] {
    const keys = shape.map(([id, pem]) => {
      // A key cannot be changed, so another text is another resource.
      const place = `Key${createHash('sha256').update(pem).digest('hex').slice(0, 8)}`;
      return this.#once(place, pem, () => {
        const made = new CfnPublicKey(this, place, {
          publicKeyConfig: {
            name: this.#name(place),
            encodedKey: pem.endsWith('\n') ? pem : `${pem}\n`,
            callerReference: `${this.node.addr}-${place}`,
          },
        });
        new CfnOutput(this, `${place}Id`, {
          value: made.ref,
          description: `Key-Pair-Id to sign with in place of ${id}`,
        });
        return made.ref;
      });
    });
    const groups: IKeyGroup[] = [];
    for (let at = 0; at < keys.length; at += mostInGroup) {
      const items = keys.slice(at, at + mostInGroup);
      groups.push(
        this.#once('Group', shape.slice(at, at + mostInGroup), (id) => {
          const made = new CfnKeyGroup(this, id, { keyGroupConfig: { name: this.#name(id), items } });
          return KeyGroup.fromKeyGroupId(this, `${id}Ref`, made.ref);
        }),
      );
    }
    return groups;
  }
}
