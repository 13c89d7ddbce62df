import { CfnOutput } from 'aws-cdk-lib';
import { CfnApiMapping, CfnDomainName, CfnRoutingRule } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { resolve } from 'node:path';
import type { GatewayApiDocument } from '../../config/apis.ts';
import type { Document } from '../../config/document.ts';

export interface DomainGiven {
  /** Of the stack's region, and for the name of the domain. */
  readonly certificate: ICertificate;
}

/** What a domain's mappings need of an API that was made. */
interface Mapped {
  readonly apiId: string;
  readonly stageName: string;
}

/** The domains that an API is asked at: those it names, or every one where it names none. */
export const hostsOf = (api: GatewayApiDocument, domains: Readonly<Record<string, unknown>>): readonly string[] =>
  api.hosts.length > 0 ? api.hosts.filter((host) => host in domains) : Object.keys(domains);

const keyOf = (api: GatewayApiDocument): string => api.basePath?.replace(/^\//, '') ?? '';

/** Domains of one's own, with base paths, routing rules, and mutual TLS where the APIs behind one ask for it. */
export class ApiDomains extends Construct {
  readonly urls = new Map<string, string>();

  constructor(
    scope: Construct,
    id: string,
    document: Document,
    given: Readonly<Record<string, DomainGiven>>,
    made: ReadonlyMap<string, Mapped>,
  ) {
    super(scope, id);
    const truststore = document.listen.tls?.clients?.truststore;
    for (const [host, { certificate }] of Object.entries(given)) {
      const apis = Object.entries(document.apis).filter(([, api]) => hostsOf(api, given).includes(host));
      if (apis.length === 0) continue;
      const own = new Construct(this, host);
      const mutual = apis.some(([, api]) => api.mutualTls) && truststore !== undefined;
      const says = document.domains[host];
      const domain = new CfnDomainName(own, 'Domain', {
        domainName: host,
        domainNameConfigurations: [
          { certificateArn: certificate.certificateArn, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' },
        ],
        ...(mutual && {
          mutualTlsAuthentication: {
            truststoreUri: new Asset(own, 'Truststore', { path: resolve(truststore) }).s3ObjectUrl,
          },
        }),
        ...(says && { routingMode: says.mode }),
      });
      for (const [name, api] of apis) {
        const there = made.get(name);
        if (!there) continue;
        const key = keyOf(api);
        new CfnApiMapping(own, `To${name}`, {
          apiId: there.apiId,
          stage: there.stageName,
          domainName: domain.ref,
          ...(key !== '' && { apiMappingKey: key }),
        });
        this.urls.set(name, `https://${host}${key === '' ? '' : `/${key}`}`);
      }
      for (const { priority, headers, basePath, to, stripBasePath } of says?.rules ?? []) {
        const there = made.get(to);
        if (!there) continue;
        new CfnRoutingRule(own, `Rule${priority}`, {
          domainNameArn: domain.attrDomainNameArn,
          priority,
          conditions: [
            ...headers.map(({ name, glob }) => ({ matchHeaders: { anyOf: [{ header: name, valueGlob: glob }] } })),
            ...(basePath === undefined ? [] : [{ matchBasePaths: { anyOf: [basePath] } }]),
          ],
          actions: [{ invokeApi: { apiId: there.apiId, stage: there.stageName, stripBasePath } }],
        });
      }
      new CfnOutput(own, 'PointsTo', {
        value: domain.attrRegionalDomainName,
        description: `What the name ${host} must be an alias of`,
      });
    }
  }
}

/** Mappings that API Gateway would not take, or that would let somebody in without a certificate. */
export function domainErrors(document: Document, domains: Readonly<Record<string, unknown>>): string[] {
  const errors: string[] = [];
  for (const host of Object.keys(document.domains))
    if (!(host in domains))
      errors.push(
        `domains["${host}"]: a domain of one’s own needs a certificate: give \`domains: { "${host}": { certificate } }\`, or leave it out`,
      );
  for (const [host, { rules }] of Object.entries(document.domains))
    for (const [at, { to }] of rules.entries())
      if (document.apis[to]?.kind !== 'rest')
        errors.push(`domains["${host}"].rules[${at}].to: "${to}" is no REST API of the document: name one`);
  for (const host of Object.keys(domains)) {
    const apis = Object.entries(document.apis).filter(([, api]) => hostsOf(api, domains).includes(host));
    const keys = apis.map(([, api]) => keyOf(api));
    for (const [at, key] of keys.entries())
      if (keys.indexOf(key) !== at)
        errors.push(
          `apis.${apis[at]?.[0]}.basePath: ${host} has ${key === '' ? 'an API without one' : `"${key}"`} already: write another`,
        );
    const open = apis.find(([, api]) => !api.mutualTls);
    const closed = apis.find(([, api]) => api.mutualTls);
    if (open && closed)
      errors.push(
        `apis.${open[0]}.mutualTls: ${host} asks everybody for a certificate, since apis.${closed[0]} wants one: set it here as well, or give it a host of its own`,
      );
  }
  return errors;
}
