/** What is wrong with the stretches of recordings that a table names, beside their sound. */
import { group } from 'd3-array'
import { soundSeconds } from '../../data/decoding/sound-format.js'
import type { CheckedClip } from './examine-clip.js'
import type { Finding } from './findings.js'

/** Seconds by which a stretch may end too late: headers of lossy files are not exact. */
const SLACK = 0.1
/** Times are in another unit where so large a share of the stretches ends so many lengths behind the recording's end. */
const [MOST, FAR] = [0.5, 10]

/** Stretches beyond the end, times that look like milliseconds, and stretches that overlap and say the same. */
export async function stretchFindings(clips: readonly CheckedClip[]): Promise<Finding[]> {
  const stretches = clips.filter(({ start, end }) => start !== undefined && end !== undefined)
  const lengths = new Map<string, number>()
  for (const { path } of stretches)
    if (!lengths.has(path)) lengths.set(path, await soundSeconds(path).catch(() => Number.NaN))
  return [...group(stretches, ({ set }) => set).values()].flatMap(own => [...beyondEnd(own, lengths), ...overlaps(own)])
}

const finding = (kind: Finding['kind'], { set, id, path }: CheckedClip, detail: string): Finding => ({
  ...{ kind, set, clip: id, path, detail },
})

function beyondEnd(clips: readonly CheckedClip[], lengths: ReadonlyMap<string, number>): Finding[] {
  const beyond = clips.filter(({ path, end }) => end! > lengths.get(path)! + SLACK)
  const far = beyond.filter(({ path, end }) => end! > FAR * lengths.get(path)!)
  if (far.length > MOST * clips.length && beyond.every(({ path, end }) => end! / 1000 <= lengths.get(path)! + SLACK)) {
    const detail = `${beyond.length} of ${clips.length} stretches end behind their recordings, and none would if times were milliseconds: call the columns start_ms and end_ms`
    return [finding('milliseconds', beyond[0]!, detail)]
  }
  return beyond.map(clip => {
    const length = Number(lengths.get(clip.path)!.toFixed(3))
    return finding('beyond-end', clip, `${clip.start}-${clip.end} s of a recording of ${length} s`)
  })
}

/** Neighbours in time alone: of three that overlap, two pairs are told. */
function overlaps(clips: readonly CheckedClip[]): Finding[] {
  const alike = group(clips, ({ path, labels }) => JSON.stringify([path, words(labels)]))
  return [...alike.values()].flatMap(alike => {
    const sorted = alike.toSorted((a, b) => a.start! - b.start!)
    return sorted.slice(1).flatMap((clip, at) => {
      const before = sorted[at]!
      if (clip.start! >= before.end!) return []
      return [finding('overlap', clip, `overlaps ${before.id}, which says the same`)]
    })
  })
}

/** What is said of a stretch; scores and frequencies are its own. */
const words = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).filter(([, text]) => !Number.isFinite(Number(text)))
