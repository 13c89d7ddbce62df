import { pathText } from '../../config/issues.ts';

export type Path = readonly PropertyKey[];

/** What the translation found that CloudFront does otherwise or not at all; each names its place in the document. */
export class Said {
  /** What ends the synth, with what to write instead. */
  readonly errors: string[] = [];
  /** What is done otherwise than on a machine of one's own, and harms nobody. */
  readonly differences: string[] = [];

  wrong(path: Path, says: string): void {
    this.errors.push(`${pathText(path)}: ${says}`);
  }

  differs(path: Path, says: string): void {
    this.differences.push(`${pathText(path)}: ${says}`);
  }
}
