import {
  ACTIVE_ELEMENTS,
  BINDING_ATTRIBUTES,
  DOCUMENT_ATTRIBUTES,
  EVENTS,
  LOADING_ELEMENTS,
  NAMING_ATTRIBUTES,
  STYLE_ATTRIBUTES,
  URL_ATTRIBUTES,
} from './words.ts';

export const PLAIN = 0;
export const EVENT = 1;
export const URL = 2;
export const STYLE = 3;
export const DOCUMENT = 4;
export const BINDING = 5;
export const NAMING = 6;

const attributes = new Map<string, number>();
for (const [kind, list] of [
  [URL, URL_ATTRIBUTES],
  [STYLE, STYLE_ATTRIBUTES],
  [DOCUMENT, DOCUMENT_ATTRIBUTES],
  [BINDING, BINDING_ATTRIBUTES],
  [NAMING, NAMING_ATTRIBUTES],
] as const) {
  for (const name of split(list)) attributes.set(name, kind);
}
for (const name of split(EVENTS)) attributes.set(`on${name}`, EVENT);

const active = new Set(split(ACTIVE_ELEMENTS));
const loading = new Map(Object.entries(LOADING_ELEMENTS).map(([element, list]) => [element, new Set(split(list))]));

export const attributeCount = attributes.size;
export const elementCount = active.size + loading.size;
const LONGEST = Math.max(...[...attributes.keys()].map((name) => name.length));

function split(list: string): string[] {
  return list.split(/\s+/).filter((word) => word !== '');
}

/** What kind of attribute `name` (lower case) is. */
export function kindOfAttribute(name: string): number {
  return name.length > LONGEST ? PLAIN : (attributes.get(name) ?? PLAIN);
}

/** Could browsers to come take it for an event handler? Only asked inside a real tag: words beginning with "on" are many. */
export function looksLikeEvent(name: string): boolean {
  if (name.length < 5 || name.length > LONGEST || !name.startsWith('on')) return false;
  for (let at = 2; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code < 0x61 || code > 0x7a) return false;
  }
  return true;
}

/** Does the element act by being there? A namespace prefix does not hide a script. */
export function isActive(element: string): boolean {
  return (
    active.has(element) || element.startsWith('svg') || element.startsWith('xsl') || localName(element) === 'script'
  );
}

/** The attributes through which `element` acts, or `undefined`. */
export function loadingAttributes(element: string): ReadonlySet<string> | undefined {
  return loading.get(element) ?? loading.get(localName(element));
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}
