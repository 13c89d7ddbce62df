import { ruleFiles } from '../stores/file/rule-files.ts';

/** Rule files on this machine's disk, relative to where the process runs. */
export const diskFiles = ruleFiles('');
