/** The door `sallyport/waf`: the firewall engine, usable without the rest of the house. */
export { createWaf, type Waf, type WafOptions } from './engine.ts';
export { plainRunner } from './plain.ts';
export type { Inspection } from './inspection.ts';
export type { Evidence, Match, Verdict } from './match.ts';
export type { WafRequest, WafResponse, WafViewer } from './request.ts';
export type { Link, Marker, Phase, Rule, RuleRef, RuleSet } from './rule.ts';
export type { Condition, Exclusion, MatchCondition, Selector, Target } from './condition.ts';
export { defaultSettings, type Mode, type Settings } from './settings.ts';
export { RuleError, type SourcePlace } from './rule-error.ts';
export { memoryCollections, type CollectionStore } from './collections.ts';
export { readSecLang, type ReadOptions, type SourceText } from './forms/seclang/read.ts';
export type { RuleFiles } from './forms/seclang/draft.ts';
export { loadCrs, type LoadCrsOptions, type LoadedCrs } from './crs/load.ts';
export type { CrsExclusion, CrsOptions } from './crs/options.ts';
export type { CrsReport } from './crs/report.ts';
export { why, type ConditionStory, type Redact, type ValueStep } from './why.ts';
