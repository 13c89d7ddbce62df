import type { ManualClock } from '../base/clock.ts';
import type { HeaderList } from '../http/headers.ts';
import type { App } from '../pipeline/app.ts';
import type { DecisionRecord } from '../trace/record.ts';
import type { Asked, VisitOptions } from './visit.ts';

export interface StoryRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  readonly body?: string;
}

export interface StoryAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
  readonly record: DecisionRecord | null;
}

/** An edge in some shell, and everything that a story may look at. */
export interface Shell {
  readonly name: string;
  readonly app: App;
  readonly clock: ManualClock;
  /** What origins were asked, in order. */
  readonly asked: readonly Asked[];
  send(request: StoryRequest): Promise<StoryAnswer>;
  close(): Promise<void>;
}

export type StoryOptions = Omit<VisitOptions, 'keepSteps'>;
export type OpenShell = (options: StoryOptions) => Promise<Shell>;
