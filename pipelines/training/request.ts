/** What training is asked for, and what comes of it. */

export interface TrainingRequest {
  /** Run folder; runs/<name of the config> if absent. */
  run?: string | undefined
  /** Goes on from the newest checkpoint of the run folder. */
  resume?: boolean | undefined
  /** Goes on although data, settings, versions or machine are others: not bit for bit, then. */
  anyway?: boolean | undefined
  /** Once aborted, the step under way is finished and saved. */
  signal?: AbortSignal | undefined
  /** Folder of the cache; EARSHOT_CACHE, or that of the user, if absent. */
  cache?: string | undefined
}

export interface Outcome {
  step: number
  interrupted: boolean
  /** Ended before its last step because nothing got better for `train.watch.patience` evaluations. */
  stoppedEarly?: true
  /** Draws of clips that came to nothing, in a sentence. */
  dropped?: string
  /** Absent if no step was left to do. */
  figures?: Figures
}

export interface Figures {
  /** Share of the time that the trainer's thread waited for data. */
  waitedShare: number
  secondsPerStep: number
  loss: number
  /** Where the time went, in a sentence. */
  bottleneck: string
}
