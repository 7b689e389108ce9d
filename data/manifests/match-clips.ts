/** Finds the same clips under slightly different names: `kick/01.wav`, `/sounds/kick/01.wav`, `01.flac`. */
import { Problem } from '../problem.js'
import { NameTails, type Parts, type Tail } from './name-tails.js'

/** Where the known names come from, for messages. */
export interface Origin {
  file: string
  /** Line of each name. */
  lines: readonly number[]
}

/** What a name says: a file, or a stretch of one. */
interface Name {
  parts: Parts
  /** `#0.5-2`, or nothing. */
  stretch: string
}

/** Two names that are read alike mean the same clip; one that is read as nothing means none. */
interface Reading {
  wanted(name: Name): Parts
  known(name: Name): Parts
}

const asIs = (parts: Parts) => parts
const stem = ([last = '', ...folders]: Parts) => [last.replace(/(?<=.)\.[a-z0-9]{1,5}$/i, ''), ...folders]

/** From the strictest to the loosest: the same stretch of the same file; a whole file for its stretches; and back. */
const READINGS: readonly Reading[] = [asIs, stem].flatMap(read => {
  const same = ({ parts, stretch }: Name) => (parts.length > 0 ? [stretch, ...read(parts)] : [])
  const whole = ({ parts, stretch }: Name) => (stretch === '' && parts.length > 0 ? read(parts) : [])
  const part = ({ parts, stretch }: Name) => (stretch !== '' && parts.length > 0 ? read(parts) : [])
  return [
    { wanted: same, known: same },
    { wanted: part, known: whole },
    { wanted: whole, known: part },
  ]
})

/**
 * For each wanted clip the number of the known name that means it: the same path, else the longest tail of one in the
 * other (`01.wav` in `kick/01.wav`), else the same without extensions. A name of a whole file stands for its stretches,
 * too. No name is taken for two files.
 *
 * @param wanted names of each clip, the best first (clip id, path)
 * @throws Problem `ambiguous-clip`, naming both, where a tail means two known names or two clips
 */
export function matchClips(
  wanted: readonly (readonly string[])[],
  known: readonly string[],
  origin?: Origin,
): (number | undefined)[] {
  const found: (number | undefined)[] = wanted.map(() => undefined)
  const clips = wanted.map(namesOf)
  const files = clips.map(names => names.at(-1)!.parts.join('/'))
  const taken = new Map<number, string>()
  const names = known.map(nameOf)
  for (const reading of READINGS) {
    const open = [...clips.keys()].filter(clip => found[clip] === undefined)
    if (open.length === 0) break
    const tails = new NameTails(names.map(name => reading.known(name)))
    const claims = new Map<number, Claim>()
    const doubtful: { clip: number; places: readonly number[] }[] = []
    for (const clip of open) {
      const tail = longestTail(clips[clip]!, name => tails.find(reading.wanted(name)))
      if (!tail) continue
      const { places, length } = tail
      if (places.length > 1) doubtful.push({ clip, places })
      else claim(claims, places[0]!, { clip, file: files[clip]!, length })
    }
    for (const [place, { clips, file, rival }] of claims) {
      if ((taken.get(place) ?? file) !== file) continue
      if (rival !== undefined)
        throw twoClips(
          [clips[0]!, rival].map(clip => wanted[clip]![0]!),
          place,
          known,
          origin,
        )
      taken.set(place, file)
      for (const clip of clips) found[clip] = place
    }
    for (const { clip, places } of doubtful) {
      const free = places.find(place => !taken.has(place))
      if (free === undefined) continue // each is the name of another clip
      const other = places.find(place => place !== free)!
      throw twoNames(wanted[clip]![0]!, [free, other].sort(ascending), known, origin)
    }
  }
  return found
}

function nameOf(text: string): Name {
  const [stretch = ''] = /#[\d.]+(?:e-\d+)?-[\d.]*$/.exec(text) ?? []
  const path = text.slice(0, text.length - stretch.length).normalize('NFC')
  return {
    parts: path
      .split(/[\\/]+/)
      .filter(part => part !== '' && part !== '.')
      .reverse(),
    stretch,
  }
}

/** Every name of a clip is that of its stretch. */
function namesOf(texts: readonly string[]): Name[] {
  const [first, ...others] = texts.map(nameOf)
  return [first!, ...others.map(({ parts }) => ({ parts, stretch: first!.stretch }))]
}

/** The same name before tails of any length; of two equally long ones both places. */
function longestTail(names: readonly Name[], find: (name: Name) => Tail | undefined): Tail | undefined {
  let best: Tail | undefined
  for (const name of names) {
    const tail = find(name)
    if (tail?.length === Number.POSITIVE_INFINITY) return tail
    if (!tail || tail.length < (best?.length ?? 0)) continue
    const places = tail.length === best?.length ? [...new Set([...best.places, ...tail.places])] : tail.places
    best = { places, length: tail.length }
  }
  return best
}

const ascending = (a: number, b: number) => a - b

/** Clips of one file that want a known name; `rival` wants it as much, and is of another file. */
interface Claim {
  clips: number[]
  file: string
  length: number
  rival?: number
}

function claim(
  claims: Map<number, Claim>,
  place: number,
  { clip, file, length }: { clip: number; file: string; length: number },
): void {
  const made = claims.get(place)
  if (!made || length > made.length) claims.set(place, { clips: [clip], file, length })
  else if (length < made.length) return
  else if (file === made.file) made.clips.push(clip)
  else made.rival ??= clip
}

function twoNames(clip: string, places: readonly number[], known: readonly string[], origin?: Origin): Problem {
  const [one, other] = places.map(place => said(place, known, origin))
  return new Problem('ambiguous-clip', `'${clip}' may be ${one} or ${other}.`, {
    ...(origin && { place: { file: origin.file, line: origin.lines[places[0]!] } }),
    hint: 'Name more of the path.',
  })
}

function twoClips([one, other]: readonly string[], place: number, known: readonly string[], origin?: Origin): Problem {
  return new Problem('ambiguous-clip', `${said(place, known, origin)} may be the clip '${one}' or '${other}'.`, {
    ...(origin && { place: { file: origin.file, line: origin.lines[place] } }),
    hint: 'Name more of the path.',
  })
}

const said = (place: number, known: readonly string[], origin?: Origin) =>
  `'${known[place]}'${origin ? ` (line ${origin.lines[place]})` : ''}`
