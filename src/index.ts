/** The door `sallyport`: what a document, a rule and a program of your own need. */
import type { DocumentInput } from './config/document.ts';

/** Gives a document its type; what you write is completed and checked while you type. */
export function defineConfig(document: DocumentInput): DocumentInput {
  return document;
}

export { z } from 'zod';
export { sallyport, type App, type AppOptions, type AppStatus } from './pipeline/app.ts';
export { asAuthorizer, type AsAuthorizerOptions } from './pipeline/as-authorizer.ts';
export { DocumentError, type Issue } from './config/issues.ts';
export type { Document, DocumentInput } from './config/document.ts';
export type { Definition } from './pipeline/registry.ts';
export {
  allow,
  count,
  defineRule,
  deny,
  type RuleContext,
  type RuleDefinition,
  type RuleRequest,
  type RuleVerdict,
} from './rules/rule.ts';
export { defineAuthorizer, type Authorizer, type AuthorizerDefinition } from './gateway/authorizer.ts';
export { definePolicy, type PolicyDefinition } from './gateway/policy.ts';
export { defineIntegration, type IntegrationDefinition } from './integration/integration.ts';
export { defineSink, type SinkDefinition } from './sinks/sink.ts';
export { defineStore, type StoreDefinition } from './stores/store.ts';
export { Body } from './http/body.ts';
export { HeaderList } from './http/headers.ts';
export type { HttpRequest, HttpResponse, Provenance } from './http/message.ts';
export type { Exchange, Viewer } from './flow/exchange.ts';
export type { DecisionRecord } from './trace/record.ts';
