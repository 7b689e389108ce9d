/** Which clips a scene was made of: kept beside its stems, for those who ask for their labels. */
import type { Clip } from '../values.js'

const made = new WeakMap<readonly Float32Array[], readonly Clip[]>()

/** @param clips of the events, in the order of the stems */
export function madeOf<Stems extends readonly Float32Array[]>(stems: Stems, clips: readonly Clip[]): Stems {
  made.set(stems, clips)
  return stems
}

/** The clips of a scene's events; undefined if these are not the stems that a scene gave. */
export const clipsOf = (stems: readonly Float32Array[]): readonly Clip[] | undefined => made.get(stems)
