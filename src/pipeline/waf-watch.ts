import type { RuleFilesPort } from '../ports/rule-files.ts';

/**
 * Notes which rule files are read while a line is built, so that the engine can be built again when one of them changes:
 * rules, phrase lists, the set-up file, the asset.
 */
export class RuleWatch {
  readonly #files: RuleFilesPort;
  readonly #on: RuleFilesPort;
  readonly #changed: () => void;
  #noted = new Set<string>();
  #watched: ReadonlySet<string> = new Set();
  #stop: (() => void) | null = null;

  constructor(on: RuleFilesPort, changed: () => void) {
    this.#on = on;
    this.#changed = changed;
    const note = (path: string): string => {
      this.#noted.add(path);
      return path;
    };
    this.#files = {
      read: (path) => on.read(note(path)),
      bytes: (path) => on.bytes(note(path)),
      list: (pattern) => on.list(note(pattern)),
    };
  }

  /** Builds with files that are noted. After a failure what stands in the way may be in those of before as well. */
  building<Built>(build: (files: RuleFilesPort) => Built): Built {
    let fit = false;
    try {
      const built = build(this.#files);
      fit = true;
      return built;
    } finally {
      this.close();
      this.#watched = fit ? this.#noted : new Set([...this.#watched, ...this.#noted]);
      this.#noted = new Set();
      if (this.#watched.size > 0) this.#stop = this.#on.watch?.([...this.#watched], this.#changed) ?? null;
    }
  }

  close(): void {
    this.#stop?.();
    this.#stop = null;
  }
}
