import type { MappingSource } from './mapping-source.ts';

/** How one method is cached. */
export interface StageCacheRules {
  readonly ttlMs: number;
  readonly keys: readonly { readonly name: string; readonly source: MappingSource }[];
  /** Does a client need the permission `execute-api:InvalidateCache` to have an entry made anew? */
  readonly authorization: boolean;
  readonly unauthorized: 'FAIL_WITH_403' | 'SUCCEED_WITH_RESPONSE_HEADER' | 'SUCCEED_WITHOUT_RESPONSE_HEADER';
}
