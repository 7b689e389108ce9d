/** One training in either system: what an arm of the sweep says, a seed, and how many steps. */
import type { Edit } from '../../graphs/language/edits.js'

export const SYSTEMS = ['Earshot', 'PyTorch'] as const
export type System = (typeof SYSTEMS)[number]

/** An arm of configs/sweeps/recipe-tuning.yaml. */
export interface Setting {
  recipe: string
  /** Peak learning rate. */
  rate: number
  edits: Edit[]
}

export interface Trial extends Setting {
  system: System
  seed: number
  steps: number
}

/** Arms are called by recipe and learning rate, `uclser20 0.06`. @throws RangeError if one is not */
export function settingOf({ name, edits }: { name: string; edits: Edit[] }): Setting {
  const [recipe, rate, ...rest] = name.split(' ')
  if (!recipe || !(Number(rate) > 0) || rest.length > 0)
    throw new RangeError(`'${name}' is no recipe and learning rate, as in 'uclser20 0.06'`)
  if (!edits.some(edit => 'set' in edit && edit.set === `train.schedule.learning-rate=${rate}`))
    throw new RangeError(`'${name}' does not set train.schedule.learning-rate=${rate}`)
  return { recipe, rate: Number(rate), edits }
}

/** The same trial has the same folder, whatever it is wanted for. */
export const folderOf = ({ system, recipe, rate, seed, steps }: Trial): string =>
  `${system.toLowerCase()}/${recipe}-${rate}-${steps}-steps-seed-${seed}`

export const titleOf = ({ system, recipe, rate, seed, steps }: Trial): string =>
  `${system}, ${recipe}, learning rate ${rate}, ${steps} steps, seed ${seed}`

const VIEWS = { cropped: 'crop', squeezed: 'companding', masked: 'spec-augment', noisy: 'noise' }
const OPTIONS: Record<string, string> = {
  'nodes.mixed.energy': '--energy',
  'nodes.near.mode': '--pairs',
  'train.schedule.learning-rate': '--learning-rate',
}

/** What bench/peers/simclr.py calls the edits of an arm. @throws RangeError for what it cannot do */
export function peerWords(edits: readonly Edit[]): string[] {
  const views = new Map(Object.entries(VIEWS))
  const words = edits.flatMap(edit => {
    if ('without' in edit && edit.without === 'mixed') return ['--background', '0']
    if ('without' in edit && views.delete(edit.without)) return []
    const [path = '', value = ''] = 'set' in edit ? edit.set.split('=') : []
    if (path === 'train.calibration') return [] // it has no baseline
    if (path in OPTIONS) return [OPTIONS[path]!, value]
    throw new RangeError(`bench/peers/simclr.py has no word for ${JSON.stringify(edit)}`)
  })
  return [...words, '--views', [...views.values()].join(',')]
}
