import { messageOf } from '../../base/fault.ts';
import type { Document } from '../../config/document.ts';
import type { EdgeFunctionDocument } from '../../config/edge-parts.ts';
import type { Issue } from '../../config/issues.ts';
import { ms } from '../../config/words.ts';
import { readSlot } from '../../pipeline/slots.ts';
import type { Registry } from '../../pipeline/registry.ts';
import { licenceScript, mostScriptBytes } from '../licence-script.ts';
import type { LicenceShape } from './licences.ts';
import { inPage, type Page } from './page.ts';
import type { Path, Said } from './said.ts';

/** Code at one moment: a CloudFront Function, or a Lambda@Edge function to be bundled. */
export type CodeShape =
  | { readonly kind: 'script'; readonly code: string; readonly store: StoreName | null }
  | {
      readonly kind: 'lambda';
      readonly file: string;
      readonly handler: string;
      readonly seconds: number;
      readonly memory: number;
      readonly body: boolean;
    }
  | { readonly kind: 'typed'; readonly use: string; readonly options: unknown; readonly ours: boolean }
  | { readonly kind: 'guard' };

/** A KeyValueStore: one of the document's, or that of the licences. */
export type StoreName = { readonly named: string } | 'licences';

export type Moment = 'viewerRequest' | 'originRequest' | 'originResponse' | 'viewerResponse';
export type Moments = { readonly [moment in Moment]?: CodeShape };

export interface CodeGiven {
  readonly document: Document;
  readonly known: Registry;
  readonly readFile: (file: string) => string;
  /** Were files with definitions of one's own given? They are not run here. */
  readonly modules: boolean;
  readonly licence: LicenceShape | null;
  /** Have the rules to run before the cache, in a function? */
  readonly guarded: boolean;
}

const moments = ['viewerRequest', 'originRequest', 'originResponse', 'viewerResponse'] as const;
/** Seconds and megabytes of a Lambda@Edge function. */
const mostSeconds = 30;

/** What runs at the four moments of a behaviour. CloudFront has one function for a moment, and one kind for both of the viewer's. */
export function momentsOf(page: Page, given: CodeGiven, said: Said): Moments {
  const made: { -readonly [moment in Moment]?: CodeShape } = {};
  for (const moment of moments) {
    const shape = page.behaviour.functions?.[moment];
    const path = inPage(page, 'functions', moment);
    const code = shape && codeOf(shape, path, given, said);
    if (code) made[moment] = code;
  }
  const { licence } = given;
  if (page.behaviour.licences && licence) made.viewerRequest = withLicence(made.viewerRequest, licence, page, said);
  if (given.guarded) made.viewerRequest = withGuard(made.viewerRequest, page, said);
  const [first, last] = [made.viewerRequest, made.viewerResponse];
  if (first && last && (first.kind === 'script') !== (last.kind === 'script'))
    said.wrong(
      inPage(page, 'functions', 'viewerResponse'),
      `CloudFront has one kind of function at both moments of the viewer, and at \`viewerRequest\` there is ${nameOf(first)}: write this one as ${first.kind === 'script' ? 'a `script`' : '`lambda`'}, or put it at \`originResponse\``,
    );
  return made;
}

const nameOf = (code: CodeShape): string =>
  code.kind === 'script'
    ? code.store === 'licences'
      ? 'the licence check, a CloudFront Function'
      : 'a CloudFront Function'
    : code.kind === 'guard'
      ? 'Lambda@Edge, which runs the rules'
      : 'a Lambda@Edge function';

function codeOf(shape: EdgeFunctionDocument, path: Path, given: CodeGiven, said: Said): CodeShape | null {
  if ('script' in shape) return scriptOf(shape, path, given, said);
  if ('lambda' in shape) {
    const seconds = ms(shape.timeout) / 1000;
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > mostSeconds)
      said.wrong([...path, 'timeout'], `Lambda@Edge has whole seconds, 1 to ${mostSeconds}, not ${shape.timeout}`);
    if (shape.memory < 128) said.wrong([...path, 'memory'], 'Lambda has 128 MB at least');
    return {
      kind: 'lambda',
      file: shape.lambda,
      handler: shape.handler,
      seconds,
      memory: shape.memory,
      body: shape.includeBody,
    };
  }
  const { known } = given;
  if (known.edgeFunctions.has(shape.use) || !given.modules) {
    const issues: Issue[] = [];
    const slot = readSlot('edge-function', shape, known.edgeFunctions, [], issues);
    for (const { path: member, wanted, hint } of issues)
      said.wrong([...path, ...member.split('.')], `wanted ${wanted}${hint === null ? '' : `; ${hint}`}`);
    if (!slot) return null;
  }
  if (path.at(-1) === 'viewerRequest' && given.document.edge?.geo)
    said.differs(path, 'CloudFront tells Lambda@Edge no country before the cache: `country` is null there');
  return { kind: 'typed', use: shape.use, options: shape.with, ours: known.edgeFunctions.has(shape.use) };
}

function scriptOf(
  shape: { readonly script: string; readonly store?: string | undefined },
  path: Path,
  { document, readFile }: CodeGiven,
  said: Said,
): CodeShape | null {
  if (shape.store !== undefined && !document.edge?.keyValueStores[shape.store])
    said.wrong([...path, 'store'], `no KeyValueStore is called "${shape.store}": add it under \`edge.keyValueStores\``);
  try {
    const code = readFile(shape.script);
    const bytes = new TextEncoder().encode(code).length;
    if (bytes > mostScriptBytes)
      said.wrong(
        [...path, 'script'],
        `${shape.script} has ${bytes} bytes, and a CloudFront Function may have ${mostScriptBytes}: make it shorter, or write it as \`lambda\``,
      );
    return { kind: 'script', code, store: shape.store === undefined ? null : { named: shape.store } };
  } catch (thrown) {
    said.wrong([...path, 'script'], `${shape.script} cannot be read: ${messageOf(thrown)}`);
    return null;
  }
}

function withLicence(own: CodeShape | undefined, licence: LicenceShape, page: Page, said: Said): CodeShape {
  const path = inPage(page, 'functions', 'viewerRequest');
  const store = licence.data === null ? null : 'licences';
  if (own && own.kind !== 'script')
    said.wrong(
      path,
      'the licence check is a CloudFront Function, and CloudFront has one function for a moment: write this one as a `script`, which the check then calls, or put it at `originRequest`',
    );
  const script = own?.kind === 'script' ? own : null;
  if (script?.store && store)
    said.wrong(
      [...path, 'store'],
      'a CloudFront Function has one KeyValueStore, and the licence check has it: write the values into the script',
    );
  try {
    const code = licenceScript({ ...licence.script, ...(script && { then: script.code }) });
    return { kind: 'script', code, store: store ?? script?.store ?? null };
  } catch (thrown) {
    said.wrong([...path, 'script'], messageOf(thrown));
    return { kind: 'script', code: '', store };
  }
}

function withGuard(own: CodeShape | undefined, page: Page, said: Said): CodeShape {
  if (own)
    said.wrong(
      inPage(page),
      `the document’s rules have to run before the cache, by Lambda@Edge at the viewer’s request, and there is ${nameOf(own)} already: give \`webAcl: true\` where AWS WAF can run all rules (sallyport plan --front cloudfront), or leave \`origin\` and \`cache\` out, so that a function with the whole line answers`,
    );
  return { kind: 'guard' };
}
