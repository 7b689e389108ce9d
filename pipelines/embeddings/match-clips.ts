/** Finds the same clips under slightly different names: `kick/01.wav`, `kick/01`, `01.flac`. */

/** From the strictest reading of a name to the loosest. */
const READINGS: readonly ((name: string) => string)[] = [
  name => name,
  name => name.replace(/\.[a-z0-9]{1,5}$/i, ''),
  name => name.replace(/^.*[\\/]/, ''),
  name => name.replace(/^.*[\\/]/, '').replace(/\.[a-z0-9]{1,5}$/i, ''),
]

/**
 * For each wanted clip the number of the known name that means it: the same text, or else the only known name with
 * the same text without extension, without folders, without both.
 *
 * @param wanted names of each clip, the best first (clip id, path)
 */
export function matchClips(wanted: readonly (readonly string[])[], known: readonly string[]): (number | undefined)[] {
  const indices = READINGS.map(reading => {
    const index = new Map<string, number | undefined>()
    known.forEach((name, at) => {
      index.set(reading(name), index.has(reading(name)) ? undefined : at)
    })
    return index
  })
  return wanted.map(names => {
    for (const [level, reading] of READINGS.entries())
      for (const name of names) {
        const found = indices[level]!.get(reading(name))
        if (found !== undefined) return found
      }
    return undefined
  })
}
