/** One scene: its clips found, cut, placed and levelled. */
import { Problem } from '../../../data/problem.js'
import { keyedDraws } from '../../../graphs/streams/draws.js'
import { activeLevel } from '../../../stages/scenes/active-level.js'
import { composeScene, type Scene } from '../../../stages/scenes/compose.js'
import { type Cut, cutBed, cutEvent, type Source } from '../../../stages/scenes/cut-event.js'
import type { Clip, Draws } from '../../../stages/values.js'
import type { Cast, Casting, Split } from './casting.js'
import type { SceneSettings } from './settings.js'
import type { SoundStore } from './sound-store.js'

/** A piece of a clip in a scene. */
export interface Part extends Cut {
  clip: Clip
}

export interface MadeScene {
  index: number
  split: Split
  parts: Part[]
  bed?: Part
  scene: Scene
}

export interface Studio {
  settings: SceneSettings
  seed: number
  casting: Casting
  sounds: SoundStore
  /** Told of clips that cannot be read, each time they are tried. */
  onBad: (clip: Clip, reason: Problem) => void
}

/**
 * Scene `index`: depends on nothing but the settings, the seed, the clips and this number.
 *
 * @throws Problem `no-scene` if no clips can be found that go together
 */
export async function makeScene(studio: Studio, index: number): Promise<MadeScene> {
  const { settings, seed, casting } = studio
  const rng = keyedDraws({ seed, node: 'scenes', epoch: 0, item: String(index) })
  const cast = casting.scene(index, rng)
  const parts = await findEvents(studio, cast, rng)
  const bed = settings.beds && (await findBed(studio, cast, rng))
  const { rate, reference, beds, microphones } = settings
  const rules = {
    ...settings.events,
    rate,
    reference,
    microphones,
    samples: Math.round(settings.length * rate),
    below: beds?.below ?? ([0, 0] as const),
  }
  const cuts = parts.map(({ samples }) => samples)
  const scene = composeScene(cuts, bed?.samples, rules, rng)
  return { index, split: cast.split, parts, ...(bed && { bed }), scene }
}

async function findEvents(studio: Studio, cast: Cast, rng: Draws): Promise<Part[]> {
  const { rate, fade, events } = studio.settings
  const [shortest, longest, ends] = [...events.length, fade].map(seconds => Math.round(seconds * rate))
  const cut = (source: Source, clip: Clip) => cutEvent(source, longest!, ends!, rng(`cut ${clip.id}`))
  const find = (clips: Iterable<Clip>, count: number) =>
    usable(studio, clips, count, (source, clip) => {
      const event = cut(source, clip)
      return event.samples.length >= shortest! ? event : undefined
    })
  for (const clip of cast.firsts()) {
    const [first] = await find([clip], 1)
    if (!first) continue
    const others = await find(cast.others(clip), cast.number - 1)
    if (others.length >= events.number[0] - 1) return [first, ...others]
  }
  const { number, length, together, within } = events
  const rules = [together && 'together', within && 'within'].filter(Boolean).join(' and ')
  throw new Problem('no-scene', `No ${number[0]} clips of the split '${cast.split}' can stand in one scene.`, {
    hint: `They must be at least ${length[0]} s long, not silent${rules && `, and keep the rules ${rules}`}.`,
  })
}

async function findBed(studio: Studio, { beds, split }: Cast, rng: Draws): Promise<Part> {
  const { rate, length } = studio.settings
  const [bed] = await usable(studio, beds(), 1, (source, clip) => {
    const cut = cutBed(source, Math.round(length * rate), rng(`cut bed ${clip.id}`))
    activeLevel(cut.samples, rate) // refuses silence
    return cut
  })
  if (bed) return bed
  throw new Problem('no-scene', `No clip of the split '${split}' can be a bed.`, {
    hint: 'A bed is a clip that can be read and is not silent.',
  })
}

/** The first `count` clips that can be read, are not silent and are accepted. */
async function usable(
  { sounds, onBad }: Studio,
  clips: Iterable<Clip>,
  count: number,
  cut: (source: Source, clip: Clip) => Cut | undefined,
): Promise<Part[]> {
  const found: Part[] = []
  if (count === 0) return found
  for (const clip of clips) {
    try {
      const piece = cut(await sounds.open(clip), clip)
      if (piece) found.push({ ...piece, clip })
    } catch (error) {
      if (error instanceof Problem) onBad(clip, error)
      else if (!(error instanceof RangeError)) throw error // a RangeError says that it is silent
    }
    if (found.length === count) break
  }
  return found
}
