/** The door `sallyport/testing`: your document, your rules, in your own tests. */
export {
  answerWith,
  visit,
  type Asked,
  type Script,
  type Visit,
  type VisitAnswer,
  type VisitRequest,
} from './visit.ts';
export { manualClock, type ManualClock } from '../base/clock.ts';
export { differences, skipFor, type Difference, type DifferenceName } from './differences.ts';
export { inEveryShell, shells, type Runner, type Story } from './shells.ts';
export type { OpenShell, Shell, StoryAnswer, StoryOptions, StoryRequest } from './shell.ts';
export { toBeRefused, toComeFrom, toHaveMissed, toHaveNoted, Unexpected, type Checked } from './expect.ts';
