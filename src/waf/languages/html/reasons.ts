/** Why a value was taken for markup that runs. 0 is "it was not". */
export const CLEAN = 0;
export const ELEMENT = 1;
export const EVENT_HANDLER = 2;
export const ACTIVE_URL = 3;
export const ACTIVE_STYLE = 4;
export const DOCTYPE = 5;
export const DECLARATION = 6;
export const CONDITIONAL = 7;
export const INNER_DOCUMENT = 8;
export const BOUND_DATA = 9;

export interface HtmlReason {
  readonly name: string;
  readonly says: string;
}

const REASONS: readonly HtmlReason[] = [
  { name: 'clean', says: 'holds nothing that runs' },
  { name: 'element', says: 'opens an element that runs or loads something' },
  { name: 'event-handler', says: 'sets an event handler' },
  { name: 'active-url', says: 'points an attribute at an address that runs script' },
  { name: 'active-style', says: 'carries a style that runs script' },
  { name: 'doctype', says: 'declares a document type' },
  { name: 'declaration', says: 'declares an entity, an import or a style sheet' },
  { name: 'conditional-comment', says: 'holds a comment that some browsers read as markup' },
  { name: 'inner-document', says: 'puts a document into an attribute' },
  { name: 'bound-data', says: 'binds an element to data from elsewhere' },
];

export function reasonOf(code: number): HtmlReason {
  return REASONS[code] as HtmlReason;
}
