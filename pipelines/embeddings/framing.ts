/** Cuts a clip's log-mel frames into patches at a regular hop. */
import type { LogMel, Patch } from '../../stages/values.js'

export interface Framing {
  /** Frames of a patch. */
  frames: number
  /** Frames from one patch's start to the next one's. */
  hop: number
}

/**
 * Start frames of the patches of a clip: every hop as long as a whole patch fits, one patch at least. The frames left
 * at the end (fewer than a hop) are not heard.
 */
export function patchStarts(total: number, { frames, hop }: Framing): number[] {
  const count = Math.max(1, Math.floor((total - frames) / hop) + 1)
  return Array.from({ length: count }, (_, index) => index * hop)
}

/** The patch from `start`; a clip shorter than a patch is repeated until it fills one. */
export function cutPatch(mel: LogMel, start: number, frames: number): Patch {
  const there = Math.min(frames, mel.frames - start)
  const read = mel.read(start, there)
  if (there === frames) return read
  const patch = new Float32Array(frames * mel.bands)
  for (let at = 0; at < patch.length; at += read.length) patch.set(read.subarray(0, patch.length - at), at)
  return patch
}
