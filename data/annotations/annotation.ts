/** A stretch of a recording with a name, as annotation tools show it. */
export interface Annotation {
  /** Absolute path of the recording. */
  path: string
  /** Seconds from the start of the recording. */
  start: number
  end: number
  label: string
  /** Edges of the frequency band, hertz. */
  low?: number | undefined
  high?: number | undefined
  /** Further columns, the same of all annotations of a table: a score, a rank. */
  more?: Readonly<Record<string, string | number>>
}

/** What else annotations are written as. */
export const ANNOTATION_FORMATS = ['raven', 'audacity'] as const
export type AnnotationFormat = (typeof ANNOTATION_FORMATS)[number]
