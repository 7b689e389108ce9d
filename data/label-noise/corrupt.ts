/**
 * Label noise at a known rate, for benchmarks of methods that are to bear it: the kinds of Fonseca et al. (ICASSP 2019;
 * IEEE SPL 2020). Which clips are meant depends on the seed and their names alone, so that the clips of a lower rate are a
 * part of those of a higher one.
 */
import { group } from 'd3-array'
import { namesIn } from '../label-cells.js'
import type { ClipList, ListedClip } from '../manifests/clip-list.js'
import { writeDelimited } from '../manifests/delimited.js'
import { Problem } from '../problem.js'
import { chosen, keyed } from './keyed.js'

export interface LabelNoise {
  column: string
  /** Between several labels of a clip. */
  separator?: string | undefined
  /** Share of the labelled clips that stays, the same of every class, one at least; all if absent. */
  keep?: number | undefined
  /** Of the clips beyond that share: left out (usual), or kept without their label. */
  rest?: 'leave-out' | 'unlabelled' | undefined
  /** Share of the labelled clips that get another class of the set: in-vocabulary noise. */
  flip: number
  /** Share of the labelled clips whose sound gives way to one from outside: out-of-vocabulary noise. */
  outside: number
  /** Share of all labels that are dropped from clips that have several: missing labels. */
  drop: number
  seed: number
}

/** What was done to a clip. */
export interface LabelChange {
  kind: 'flip' | 'outside' | 'drop'
  clip: string
  /** Labels, or, of a sound from outside, the names of the clips. */
  was: string
  is: string
}

export interface Corrupted {
  clips: ListedClip[]
  changes: LabelChange[]
}

/**
 * Clips without a label in the column stay as they are. `flip` and `outside` meet different clips; rates count after
 * `keep`.
 *
 * @param outside sounds of other classes than those of the set
 * @throws Problem `missing-column`; `too-few-outside`; `one-class` if there is no other class to flip to
 */
export function corrupt(list: ClipList, noise: LabelNoise, outside: readonly ListedClip[] = []): Corrupted {
  const { column, seed } = noise
  if (!list.columns.includes(column))
    throw new Problem('missing-column', `The clips have no column '${column}' whose labels could be changed.`, {
      hint: list.columns.length > 0 ? `Columns: ${list.columns.join(', ')}.` : 'They have no label columns at all.',
    })
  const kept = keepShare(list.clips, noise)
  const labelled = kept.filter(({ labels }) => labels[column] !== undefined)
  const order = (kind: string) => (clip: ListedClip) => keyed(seed, kind, clip.id)
  const replaced = chosen(labelled, Math.round(noise.outside * labelled.length), order('outside'))
  const others = labelled.filter(clip => !replaced.includes(clip))
  const flipped = chosen(others, Math.round(noise.flip * labelled.length), order('flip'))
  const made = new Map([
    ...fromOutside(replaced, outside, seed),
    ...flipped.map(clip => [clip.id, flip(clip, classesOf(list, noise), noise)] as const),
  ])
  const all = kept.map(clip => made.get(clip.id)?.clip ?? clip)
  const dropped = dropLabels(all, noise)
  return {
    clips: all.map(clip => dropped.get(clip.id)?.clip ?? clip),
    changes: [...made.values(), ...dropped.values()].map(({ change }) => change),
  }
}

interface Made {
  clip: ListedClip
  change: LabelChange
}

function keepShare(
  clips: readonly ListedClip[],
  { keep = 1, rest, column, separator, seed }: LabelNoise,
): ListedClip[] {
  if (keep === 1) return [...clips]
  const labelled = clips.filter(({ labels }) => labels[column] !== undefined)
  const strata = group(labelled, ({ labels }) => (separator === undefined ? labels[column] : ''))
  const stay = new Set(
    [...strata.values()].flatMap(own =>
      chosen(own, Math.max(1, Math.round(keep * own.length)), clip => keyed(seed, 'keep', clip.id)),
    ),
  )
  if (rest !== 'unlabelled') return clips.filter(clip => stay.has(clip))
  const unlabelled = ({ labels, ...clip }: ListedClip) => {
    const { [column]: _, ...others } = labels
    return { ...clip, labels: others }
  }
  return clips.map(clip => (stay.has(clip) ? clip : unlabelled(clip)))
}

function fromOutside(replaced: readonly ListedClip[], outside: readonly ListedClip[], seed: number): [string, Made][] {
  if (outside.length < replaced.length)
    throw new Problem(
      'too-few-outside',
      `${replaced.length} sounds are to come from outside, and there are ${outside.length}.`,
      { hint: 'Lower data.labels.outside, or name a larger data.labels.outside-set.' },
    )
  const sounds = chosen(outside, replaced.length, ({ id }) => keyed(seed, 'from outside', id))
  return replaced.map((clip, at) => {
    const sound = sounds[at]!
    const id = `outside:${sound.id}`
    const change = { kind: 'outside', clip: clip.id, was: clip.id, is: sound.id } as const
    return [clip.id, { clip: { ...sound, id, labels: clip.labels }, change }]
  })
}

function flip(clip: ListedClip, classes: readonly string[], { column, separator, seed }: LabelNoise): Made {
  const was = clip.labels[column]!
  const own = namesIn(was, separator)
  const others = classes.filter(name => !own.includes(name))
  if (others.length === 0)
    throw new Problem('one-class', `There is no other class in '${column}' than ${own.join(', ')} to flip to.`)
  const at = Math.floor(keyed(seed, 'which', clip.id) * own.length)
  const other = others[Math.floor(keyed(seed, 'class', clip.id) * others.length)]!
  const is = own.map((name, place) => (place === at ? other : name)).join(separator)
  return { clip: withLabel(clip, column, is), change: { kind: 'flip', clip: clip.id, was, is } }
}

/** Never the last label of a clip. */
function dropLabels(clips: readonly ListedClip[], { column, separator, drop, seed }: LabelNoise): Map<string, Made> {
  if (drop === 0) return new Map()
  const several = clips.map(clip => ({ clip, own: namesIn(clip.labels[column], separator) }))
  const total = several.reduce((sum, { own }) => sum + own.length, 0)
  const numberOf = (clip: ListedClip, name: string) => keyed(seed, 'drop', clip.id, name)
  const candidates = several.flatMap(({ clip, own }) =>
    chosen(own, own.length - 1, name => numberOf(clip, name)).map(name => ({ clip, name })),
  )
  const gone = chosen(candidates, Math.round(drop * total), ({ clip, name }) => numberOf(clip, name))
  return new Map(
    several.flatMap(({ clip, own }) => {
      const names = gone.filter(one => one.clip === clip).map(({ name }) => name)
      if (names.length === 0) return []
      const is = own.filter(name => !names.includes(name)).join(separator)
      const change = { kind: 'drop', clip: clip.id, was: clip.labels[column]!, is } as const
      return [[clip.id, { clip: withLabel(clip, column, is), change }] as const]
    }),
  )
}

const withLabel = (clip: ListedClip, column: string, label: string): ListedClip => ({
  ...clip,
  labels: { ...clip.labels, [column]: label },
})

const classesOf = ({ clips }: ClipList, { column, separator }: LabelNoise): string[] =>
  [...new Set(clips.flatMap(({ labels }) => namesIn(labels[column], separator)))].sort()

/** A line a change, tab-separated, with a header. */
export function changesTable(changes: readonly LabelChange[]): string {
  const rows = changes.map(({ kind, clip, was, is }) => [kind, clip, was, is])
  return writeDelimited([['kind', 'clip', 'was', 'is'], ...rows], '\t')
}
