/** One flight per key: whoever asks while a task is under way shares its outcome, good or bad. */
export class Once<T> {
  readonly #flights = new Map<string, Promise<T>>();

  /** Starts `task` for the key, or joins the one that runs. */
  run(key: string, task: () => Promise<T>): Promise<T> {
    const running = this.#flights.get(key);
    if (running) return running;
    const flight = task().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  get size(): number {
    return this.#flights.size;
  }
}
