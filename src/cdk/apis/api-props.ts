import type { Document } from '../../config/document.ts';
import type { StageLimits } from '../log-places.ts';
import type { ApiFunctions } from './functions.ts';
import type { ApiPlan } from './plan.ts';

/** What one API is made from, of either kind. */
export interface DocumentApiProps {
  readonly document: Document;
  readonly plan: ApiPlan;
  readonly functions: ApiFunctions;
  readonly throttle: StageLimits | undefined;
  /** Is it asked at a domain of its own, and nowhere else? */
  readonly mapped: boolean;
}
