import type { PatternTree } from './ast.ts';
import { Backtracker } from './backtrack.ts';
import { LazyDfa } from './lazy-dfa.ts';
import { parsePattern } from './parse.ts';
import { meter } from './meter.ts';
import type { Pattern, PatternMatch } from './pattern.ts';
import { findMatch } from './pike.ts';
import { compileProgram, type Program } from './program.ts';
import { relax } from './relax.ts';

/**
 * Reads a pattern; throws `PatternSyntaxError` when it cannot be read and `ProgramTooLarge` when it could not be run.
 *
 * Time stays linear like this. Regular patterns run in a deterministic automaton built on the fly; where the match is,
 * is found by walking all ways side by side. Neither goes back in the value. What is not regular (looking around, atomic
 * groups, back references) is tried way by way with a memory of what failed, and with a budget of steps: a search that
 * uses it up counts as a match and says so.
 */
export function compilePattern(source: string): Pattern {
  return new CompiledPattern(() => source, parsePattern(source), null);
}

/** A pattern that was compiled before; its text is asked for when it has to be said. */
export function patternOf(source: () => string, program: Program): Pattern {
  return new CompiledPattern(source, null, program);
}

class CompiledPattern implements Pattern {
  private readonly text: () => string;
  private tree: PatternTree | null;
  private program: Program | null;
  private automaton: LazyDfa | null = null;
  private backtracker: Backtracker | null = null;

  constructor(text: () => string, tree: PatternTree | null, program: Program | null) {
    this.text = text;
    this.tree = tree;
    this.program = program;
  }

  get source(): string {
    return this.text();
  }

  test(value: string): boolean {
    if (this.automaton !== null) return this.automaton.test(value);
    if (this.ready().regular) return (this.automaton = new LazyDfa(this.ready())).test(value);
    return this.search(value) !== null;
  }

  exec(value: string): PatternMatch | null {
    const program = this.ready();
    if (!program.regular) return this.search(value);
    return this.test(value) ? findMatch(program, value) : null;
  }

  private search(value: string): PatternMatch | null {
    this.backtracker ??= new Backtracker(this.ready());
    const found = this.backtracker.search(value);
    if (found !== 'cut') return found;
    meter.cut ??= this.source;
    return { index: 0, groups: [''], cut: true };
  }

  private ready(): Program {
    if (this.program === null) {
      const tree = this.tree ?? parsePattern(this.source);
      this.program = compileProgram(tree.holdsOn ? { ...tree, root: relax(tree.root) } : tree);
      this.tree = null;
    }
    return this.program;
  }
}
