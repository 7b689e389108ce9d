/** The arms of a sweep: those that are listed, every combination of a grid, and those that are drawn. */
import { dirname, resolve } from 'node:path'
import { suggestion } from '../../data/nearest-name.js'
import { Problem, Problems } from '../../data/problem.js'
import type { Edit } from '../../graphs/language/edits.js'
import { streamOf } from '../../graphs/streams/draws.js'
import type { PlacedEdit, SweepFile } from './sweep-file.js'
import type { Written } from './sweep-schema.js'

export interface Arm {
  name: string
  /** The config that it changes, absolute. */
  base: string
  edits: PlacedEdit[]
  seeds: number[]
}

/** Combinations beyond this are a slip of the pen. */
const MOST_ARMS = 100_000

/** Listed arms, then the grid, then the drawn ones; each begins with the edits that all have. */
export function armsOf(sweep: SweepFile): Arm[] {
  const { written, spotAt } = sweep
  const folder = resolve(dirname(sweep.file))
  const common = written.edits.map((edit, at) => ({ edit: edit as Edit, spot: spotAt(['edits', at]) }))
  const listed = Object.entries(written.arms).map(([name, arm]): Arm => {
    const path = Array.isArray(arm) ? ['arms', name] : ['arms', name, 'edits']
    const { base, edits, seeds } = Array.isArray(arm) ? { edits: arm } : arm
    const own = edits.map((edit, at) => ({
      edit: edit as Edit,
      spot: spotAt([...path, at]),
    }))
    return {
      name,
      base: base === undefined ? sweep.base : resolve(folder, base),
      edits: own,
      seeds: seeds ?? written.seeds,
    }
  })
  const arms = [...listed, ...gridArms(sweep), ...randomArms(sweep)]
  const names = new Set<string>()
  for (const { name, edits } of arms) {
    if (names.has(name))
      throw new Problem('arm-twice', `Two arms are called '${name}'.`, {
        place: edits[0]?.spot ?? { file: sweep.file },
      })
    names.add(name)
  }
  // files are named from the folder of the sweep file, as everywhere in it
  const placed = ({ edit, spot }: PlacedEdit) => ({ edit: { ...edit, folder }, spot })
  return arms.map(arm => ({ ...arm, edits: [...common, ...arm.edits].map(placed) }))
}

/** @param only names; all arms if absent. @throws Problem `unknown-arm` */
export function chosenArms({ file }: SweepFile, arms: readonly Arm[], only: readonly string[] | undefined): Arm[] {
  const names = arms.map(({ name }) => name)
  for (const name of only ?? [])
    if (!names.includes(name))
      throw new Problem('unknown-arm', `${file} has no arm '${name}'. ${suggestion(name, names)}`.trimEnd())
  return arms.filter(({ name }) => only?.includes(name) ?? true)
}

/** The arm that differences are taken to. @throws Problems if there is none of that name */
export function referenceArm({ written, spotAt }: SweepFile, arms: readonly Arm[]): string {
  const { against } = written
  if (against === undefined) return arms[0]!.name
  if (arms.some(({ name }) => name === against)) return against
  const names = arms.map(({ name }) => name)
  throw new Problems([
    new Problem('unknown-arm', `There is no arm '${against}'. ${suggestion(against, names)}`.trimEnd(), {
      place: { ...spotAt(['against']), path: 'against' },
    }),
  ])
}

function gridArms({ base, written: { grid, seeds }, spotAt }: SweepFile): Arm[] {
  if (!grid) return []
  const axes = Object.entries(grid)
  const count = axes.reduce((product, [, values]) => product * values.length, 1)
  if (count > MOST_ARMS)
    throw new Problem('too-many-arms', `The grid has ${count} combinations; the most is ${MOST_ARMS}.`, {
      place: { ...spotAt(['grid']), path: 'grid' },
      hint: 'Draw some of them: write random instead of grid.',
    })
  let arms: Arm[] = [{ name: '', base, edits: [], seeds }]
  for (const [path, values] of axes) {
    const choices = values.map((value, at) => ({ text: `${path}=${asYaml(value)}`, spot: spotAt(['grid', path, at]) }))
    arms = arms.flatMap(arm =>
      choices.map(({ text, spot }) => ({
        name: arm.name === '' ? text : `${arm.name},${text}`,
        ...{ base, seeds },
        edits: [...arm.edits, { edit: { set: text }, spot }],
      })),
    )
  }
  return axes.length === 0 ? [] : arms
}

function randomArms({ base, written: { random, seeds }, spotAt }: SweepFile): Arm[] {
  if (!random) return []
  return Array.from({ length: random.count }, (_, at) => ({
    name: `random-${at + 1}`,
    ...{ base, seeds },
    edits: Object.entries(random.draw).map(([path, how]) => ({
      edit: { set: `${path}=${asYaml(drawn(how, `sweep ${random.seed} ${at} ${path}`))}` },
      spot: spotAt(['random', 'draw', path]),
    })),
  }))
}

type Draw = NonNullable<Written['random']>['draw'][string]
type Value = NonNullable<Written['grid']>[string][number]

/** A value that depends on its key alone: another path or a larger count moves nobody's draws. */
function drawn(how: Draw, key: string): Value {
  const rng = streamOf(key)
  if (Array.isArray(how)) return rounded(rng.uniform(how[0], how[1]))
  if ('log' in how) return rounded(Math.exp(rng.uniform(Math.log(how.log[0]), Math.log(how.log[1]))))
  if ('whole' in how) return rng.integer(how.whole[0], how.whole[1] + 1)
  return how.of[rng.integer(0, how.of.length)]!
}

/** Four digits: as it is read in a table, so it is used. */
const rounded = (value: number) => Number(value.toPrecision(4))

/** In one line, as an edit has it. */
const asYaml = (value: Value) => (typeof value === 'string' ? value : JSON.stringify(value))
