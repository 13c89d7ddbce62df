import type { Behaviour } from '../../config/behaviours.ts';
import type { KeyPlace } from '../../edge/licence-key.ts';
import type { Path } from './said.ts';

/** One behaviour of the document, with what the rest of the document says about it. */
export interface Page {
  /** Its number in the document's list. */
  readonly at: number;
  readonly behaviour: Behaviour;
  /** Whose `Host` its origin is sent. */
  readonly host: 'origin' | 'viewer';
  /** Where a licence key stands that the origin shall see; empty where none does. */
  readonly sentKeys: readonly KeyPlace[];
}

export const inPage = ({ at }: Pick<Page, 'at'>, ...more: PropertyKey[]): Path => ['edge', 'behaviours', at, ...more];
