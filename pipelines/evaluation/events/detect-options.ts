/** What detection is asked for. */

export interface HearOptions {
  /** Seconds from one patch to the next; a quarter of a patch if absent. */
  hop?: number | undefined
  segment?: number | undefined
  annotations?: readonly string[] | undefined
  workers?: number | undefined
  cache: string
  signal?: AbortSignal | undefined
}

export interface DetectOptions extends HearOptions {
  /** Run folder, RUN@best or a checkpoint. */
  run: string
  sounds: string
  /** Annotated sounds by which thresholds and the median are chosen; 0.5 and none if absent. */
  tune?: string | undefined
  /** Label column of what is resampled whole. */
  group?: string | undefined
}
