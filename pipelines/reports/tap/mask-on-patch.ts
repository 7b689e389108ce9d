/** A mask as it is seen best: on the patch for which it was drawn. So is what is heard when. */
import type { ActivityPort, IndicesPort, PatchPort } from '../../../stages/ports.js'

/** The patch without the pieces that are hidden: its lowest number stands in their place. */
export function maskOnPatch(
  patch: Float32Array,
  { frames, bands }: PatchPort,
  mask: Float32Array,
  { kept, times, bins }: IndicesPort,
): Float32Array {
  const [long, high] = [frames / times, bands / bins]
  const lowest = patch.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY)
  const hidden = new Set(mask.subarray(kept))
  const placeOf = (at: number) => Math.floor(Math.floor(at / bands) / long) * bins + Math.floor((at % bands) / high)
  return patch.map((value, at) => (hidden.has(placeOf(at)) ? lowest : value))
}

/** As a mask: frames in which no class is heard are hidden. */
export function activityMask(activity: Float32Array, { frames, classes }: ActivityPort) {
  const all = [...Array(frames).keys()]
  const isHeard = (frame: number) => activity.subarray(frame * classes, (frame + 1) * classes).some(value => value > 0)
  const heard = all.filter(isHeard)
  const port: IndicesPort = { kind: 'indices', kept: heard.length, times: frames, bins: 1 }
  return { mask: Float32Array.from([...heard, ...all.filter(frame => !isHeard(frame))]), port }
}

/** `kick 0.12-0.40 s; snare 0.30-0.52 s`, from the start of the patch. */
export function activityInWords(
  activity: Float32Array,
  { frames, classes, hop, rate }: ActivityPort,
  names: readonly string[],
): string {
  if (activity[0] === -1) return 'nobody annotated it'
  const seconds = (frame: number) => ((frame * hop) / rate).toFixed(2)
  const said = names.flatMap((name, own) => {
    const isHeard = (frame: number) => frame >= 0 && frame < frames && activity[frame * classes + own]! > 0
    const ends = [...Array(frames + 1).keys()].filter(frame => isHeard(frame) !== isHeard(frame - 1))
    return ends.flatMap((end, at) => (at % 2 === 0 ? [`${name} ${seconds(end)}-${seconds(ends[at + 1]!)} s`] : []))
  })
  return said.join('; ') || 'nothing is heard'
}
