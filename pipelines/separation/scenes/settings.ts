/** What a file of configs/scenes/ says: which sounds become events and beds, and how scenes are composed. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { SEPARATOR } from '../../../data/label-cells.js'
import { Problem } from '../../../data/problem.js'
import { duration, ends, frequency, range } from '../../../data/quantities.js'
import { checkedSettings } from '../../../data/settings-file.js'
import { NAME, NAME_IN_WORDS } from '../../../graphs/language/names.js'

const seconds = duration({ min: 0.02, max: 600 })
const column = z.string().min(1)

const events = z.strictObject({
  set: z.string().describe('data set file, folder or table; relative paths start from the config'),
  number: ends(z.int().min(1).max(16))
    .default([2, 3])
    .describe('events in a scene, drawn uniformly, both ends included'),
  length: ends(seconds)
    .default([0.1, 2.5])
    .describe('shorter clips are not used, longer ones give a random piece of the upper length'),
  overlap: z.number().min(0).max(1).default(0.5).describe('share of the shorter that the first two have in common'),
  levels: z.number().min(0).max(60).default(5).describe('greatest difference between two events, dB'),
  together: z
    .strictObject({ column, share: z.number().min(0).max(1).default(1) })
    .optional()
    .describe('share of scenes whose events all have the first one’s value in a label column; in the others none has'),
  within: column.optional().describe('label column of which all events of a scene have one value, as drum kits'),
})

const beds = z.strictObject({
  set: z.string().describe('data set file, folder or table; relative paths start from the config'),
  below: range({ min: 0, max: 100 }).default([15, 25]).describe('dB below the mean level of the events'),
})

const degrees = z.number().min(-90).max(90)

const microphones = z.strictObject({
  spacing: z.number().min(0.001).max(10).default(0.2).describe('from one to the other, metres'),
  difference: z
    .number()
    .min(0)
    .max(60)
    .default(6)
    .describe('by how much the nearer one hears a sound from the side louder, dB; less by the sine of its direction'),
  directions: z
    .tuple([degrees, degrees])
    .refine(([low, high]) => low < high, 'the lower end comes first')
    .default([-75, 75])
    .describe('of events, drawn uniformly: 0 degrees is ahead, -90 left, 90 right; the bed comes from all around'),
  sectors: z
    .array(column.refine(name => !name.includes(SEPARATOR), `'${SEPARATOR}' stands between the sectors of a scene`))
    .min(2)
    .max(36)
    .refine(names => new Set(names).size === names.length, 'each has a name of its own')
    .default(['left', 'middle', 'right'])
    .describe('names of equal parts of the directions, from left to right: the column sector'),
})

/** The name of the part in which a direction lies. */
export function sectorOf(
  direction: number,
  { directions: [low, high], sectors }: z.output<typeof microphones>,
): string {
  return sectors[Math.min(sectors.length - 1, Math.floor(((direction - low) / (high - low)) * sectors.length))]!
}

export const scenesSchema = z
  .strictObject({
    name: z.string().regex(NAME, `expected ${NAME_IN_WORDS}`).default('scenes'),
    count: z.int().min(1).max(1_000_000).default(3000).describe('scenes'),
    length: seconds.default(4).describe('of a scene'),
    rate: frequency({ min: 1000, max: 192_000 }).default(16_000).transform(Math.round),
    reference: z.number().min(-80).max(0).default(-25).describe('middle of the events’ levels, dB of full scale'),
    fade: duration({ min: 0, max: 1 }).default(0.01).describe('where an event was cut'),
    'held-out': z
      .number()
      .min(0)
      .max(0.9)
      .default(0)
      .describe('share of the clips (of the values of `within`) that make scenes of their own: column split'),
    labels: z.array(column).default([]).describe('label columns of the events that the manifest shall have'),
    events,
    beds: beds.optional(),
    microphones: microphones
      .optional()
      .describe('two of them: scenes and stems have two channels, and each event a direction'),
  })
  .refine(({ length, events }) => events.length[1] <= length, {
    path: ['events', 'length'],
    message: 'an event cannot be longer than the scene',
  })
  .superRefine((settings, context) => {
    const taken = (name: string) => ownColumns(settings).includes(name)
    const refuse = (name: string, ...path: (string | number)[]) =>
      context.addIssue({ code: 'custom', path, message: `manifest.tsv has a column '${name}' of its own` })
    for (const [at, name] of settings.labels.entries()) if (taken(name)) refuse(name, 'labels', at)
    const { within } = settings.events
    if (within !== undefined && taken(within)) refuse(within, 'events', 'within')
  })

/** Columns of the manifest that are no labels of events. */
const ownColumns = ({ 'held-out': heldOut, microphones }: { 'held-out': number; microphones?: object | undefined }) => [
  ...['file', 'stems', 'events', 'seconds'],
  ...(heldOut > 0 ? ['split'] : []),
  ...(microphones ? ['direction', 'sector'] : []),
]

export type SceneSettings = z.output<typeof scenesSchema>

/**
 * Reads a scene config. Sets become absolute paths.
 *
 * @throws Problem `no-config`; Problems `bad-scenes`, all at once
 */
export async function readSceneSettings(file: string): Promise<SceneSettings> {
  const text = await readFile(file, 'utf8').catch(cause => {
    const hint = 'Scene configs lie in configs/scenes/.'
    throw new Problem('no-config', `${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, {
      hint,
      cause,
    })
  })
  const settings = checkedSettings(
    { file, text, schema: scenesSchema },
    (message, place) => new Problem('bad-scenes', message, { place }),
  )
  const absolute = <Set extends { set: string }>(given: Set): Set => ({
    ...given,
    set: resolve(dirname(file), given.set),
  })
  const { events, beds } = settings
  return { ...settings, events: absolute(events), ...(beds && { beds: absolute(beds) }) }
}
