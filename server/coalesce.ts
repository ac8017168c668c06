/**
 * @module One run at a time: a call during a run leads to exactly one more run after it.
 */

export function coalesce(task: () => Promise<void>): () => void {
  let running = false;
  let again = false;

  async function run(): Promise<void> {
    running = true;
    try {
      do {
        again = false;
        await task();
      } while (again);
    } finally {
      running = false;
    }
  }

  return () => {
    again = true;
    if (!running) void run();
  };
}
