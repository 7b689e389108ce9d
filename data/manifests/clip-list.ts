/** One recording, or a stretch of one: what stages know as a clip. */
export interface ListedClip {
  /** Unique in its list: the path from the folder or table, `#start-end` behind it for a stretch. */
  id: string
  /** Absolute path of the audio file; of one in a tar, as if the tar were a folder: `/shards/000.tar/1.wav`. */
  path: string
  /** Seconds from the file's start; the whole file if absent. */
  start?: number
  end?: number
  /** By column; a clip without a value has no entry. */
  labels: Record<string, string>
  /** Annotated stretches that lie in a window, wholly or in part; absent in recordings that nobody annotated. */
  events?: readonly ListedEvent[]
}

/** Seconds from the file's start. */
export interface ListedEvent {
  start: number
  end: number
  labels: Record<string, string>
}

export interface ClipList {
  clips: ListedClip[]
  /** Label columns, in the manifest's order. */
  columns: string[]
  /** Sentences on what was joined or left out, for whoever asked for the list. */
  notes?: readonly string[]
}
