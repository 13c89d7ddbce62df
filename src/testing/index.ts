/** The door `sallyport/testing`: your document, your rules, in your own tests. */
export { answerWith, visit, type Asked, type Script, type Visit, type VisitAnswer, type VisitRequest } from './visit.ts';
export { manualClock, type ManualClock } from '../base/clock.ts';
