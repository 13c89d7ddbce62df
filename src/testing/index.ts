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
export {
  inEveryShell,
  shells,
  type OpenShell,
  type Runner,
  type Shell,
  type Story,
  type StoryAnswer,
  type StoryOptions,
  type StoryRequest,
} from './shells.ts';
export { toBeRefused, toComeFrom, toHaveMissed, toHaveNoted, Unexpected, type Checked } from './expect.ts';
