import type { ChainNode } from './program.ts';
import type { SourcePlace } from './rule-error.ts';
import { transformNamed } from './transform-table.ts';
import type { TransformDefinition } from './transform.ts';
import { decodeUrlUni } from './transforms/url-decode-uni.ts';

/** Chains of transformations as one tree. */
export class ChainTree {
  readonly root: ChainNode = { id: 0, transform: null, previous: null, path: [] };
  readonly #children = new Map<string, ChainNode>();
  readonly #transforms = new Map<string, TransformDefinition>();
  readonly #unicodeMap: Uint8Array | null;

  constructor(unicodeMap: Uint8Array | null = null) {
    this.#unicodeMap = unicodeMap;
  }

  node(names: readonly string[], place: SourcePlace): ChainNode {
    let node = this.root;
    for (const name of names) {
      const transform = this.transform(name, place);
      const key = `${node.id} ${transform.name}`;
      let next = this.#children.get(key);
      if (next === undefined) {
        const path: ChainNode[] = [...node.path];
        next = { id: this.#children.size + 1, transform, previous: node, path };
        path.push(next);
        this.#children.set(key, next);
      }
      node = next;
    }
    return node;
  }

  /** One object for each name. */
  transform(name: string, place?: SourcePlace): TransformDefinition {
    let transform = this.#transforms.get(name);
    if (transform === undefined) {
      const page = transformNamed(name, place);
      const map = this.#unicodeMap;
      transform =
        map === null || page.name !== 'urlDecodeUni' ? page : { ...page, apply: (value) => decodeUrlUni(value, map) };
      this.#transforms.set(name, transform);
    }
    return transform;
  }
}
