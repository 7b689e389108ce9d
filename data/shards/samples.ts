/** Files of a tar as WebDataset puts them together: those of one key are one sample. */
import type { TarMember } from './tar-members.js'

/** A sound with what is known about it. */
export interface Sample {
  /** Name of its files up to the first dot, with folders. */
  key: string
  /** By what stands behind that dot, in small letters: `wav`, `json`, `left.flac`. */
  files: Map<string, TarMember>
}

/**
 * Samples in the order in which their keys first appear. Files whose names have no dot or begin with one, and remarks on
 * the whole shard (`__name__`), belong to none.
 *
 * @param onTwin told of a file whose key and ending another file has already
 */
export function samplesOf(members: readonly TarMember[], onTwin: (member: TarMember) => void): Sample[] {
  const samples = new Map<string, Sample>()
  for (const member of members) {
    const [, key, ending] = /^((?:.*\/)?[^./]+)\.([^/]+)$/.exec(member.name) ?? []
    if (key === undefined || /^__[^/]*__(?:\/|$)/.test(key)) continue
    const sample = samples.get(key) ?? { key, files: new Map() }
    samples.set(key, sample)
    if (sample.files.has(ending!.toLowerCase())) onTwin(member)
    else sample.files.set(ending!.toLowerCase(), member)
  }
  return [...samples.values()]
}

/** Whether an ending of a sample's file, `left.wav` for example, is one of these. */
export const endsIn = (ending: string, extensions: readonly string[]) =>
  extensions.some(one => ending === one || ending.endsWith(`.${one}`))
