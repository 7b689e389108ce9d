/** Where jobs run: as processes of this machine, or wherever else `earshot sweep job FOLDER KEY` can be started. */
export interface Executor {
  /** Milliseconds between two looks at what is under way. */
  readonly look: number
  /** How many more jobs may be started now, with these under way. */
  room(underWay: number): number
  /** Starts `earshot sweep job <output> <key>` for each; its folder holds the order. */
  start(keys: readonly string[]): Promise<void>
  /** Which of these are under way: waiting in a queue, or with a living process. */
  alive(keys: readonly string[]): Promise<Set<string>>
  /** Asks them to stop and to keep what they have; they end soon after. */
  stop(keys: readonly string[]): Promise<void>
  /** What is known of how a job came to its end, if it did not say so itself. */
  fate?(key: string): Promise<string | undefined>
}
