/** A sweep as it is written: which config, which changes to it, which seeds, what every run is judged by. */
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { Problem, Problems } from '../../data/problem.js'
import { shippedFile } from '../../data/shipped-file.js'
import { whyUnread } from '../../data/system-problem.js'
import type { Edit } from '../../graphs/language/edits.js'
import { nameOfFile } from '../../graphs/language/names.js'
import { readYamlFile } from '../../graphs/language/read-yaml.js'
import { checkSettings } from '../../graphs/language/settings.js'
import type { Branch, Path, Spot } from '../../graphs/language/tree.js'
import { spotOf, sweepProblems } from './sweep-checks.js'
import { type Budget, type CrossFit, type Evaluation, sweepSchema, type Written } from './sweep-schema.js'

/** An edit and where it stands. */
export interface PlacedEdit {
  edit: Edit
  spot: Spot
}

export interface SweepFile {
  file: string
  name: string
  /** The base config, absolute. */
  base: string
  written: Written
  /** With absolute paths. */
  evaluate: Record<string, Evaluation>
  crossFit: CrossFit | undefined
  /** Where something stands, as near as it can be told. */
  spotAt(path: Path): Spot
}

/**
 * @param named path, or name of a sweep that ships with Earshot
 * @throws Problems, all that are wrong with the file itself
 */
export async function readSweepFile(named: string): Promise<SweepFile> {
  const file = shippedFile(named, 'configs/sweeps')
  const { tree, problems } = await readTree(file)
  if (!tree) throw new Problems(problems)
  const whole = { kind: 'map', spot: tree.spot, entries: tree.entries } as const
  const written = checkSettings(whole, sweepSchema, { owner: 'sweep', word: 'setting', path: [] }, problems) as
    | Written
    | undefined
  if (written) problems.push(...sweepProblems(written, tree))
  if (!written || problems.length > 0) throw new Problems(problems.sort(asWritten))
  const here = (path: string) => resolve(dirname(file), path)
  const { 'cross-fit': crossed } = written
  const evaluate = Object.fromEntries(
    Object.entries(written.evaluate).map(([name, one]) => [
      name,
      { ...one, set: here(one.set ?? crossed!.set), heldOut: one.set === undefined },
    ]),
  )
  return {
    file,
    name: written.name ?? nameOfFile(file),
    base: isAbsolute(written.base) ? written.base : join(dirname(file), written.base),
    evaluate,
    crossFit: crossed && { ...crossed, set: here(crossed.set) },
    written: {
      ...written,
      ...(written.pilot !== undefined && { pilot: here(written.pilot) }),
      budget: withThreads(written),
    },
    spotAt: path => spotOf(tree, path),
  }
}

/** A job has as many threads here as in Slurm, so that its figures are the same: the processors it is given, if not said. */
const withThreads = ({ budget, slurm }: Written): Budget => ({ ...budget, threads: budget.threads ?? slurm.cpus })

const asWritten = ({ place: one }: Problem, { place: other }: Problem) =>
  (one?.line ?? 0) - (other?.line ?? 0) || (one?.column ?? 0) - (other?.column ?? 0)

async function readTree(file: string): Promise<{ tree?: Branch; problems: Problem[] }> {
  const read = await readYamlFile(file).catch((error: unknown) => ({
    tree: undefined,
    problems: [
      new Problem('no-sweep', `${file}: ${whyUnread(error)}.`, {
        place: { file },
        hint: 'Name a sweep file, such as configs/sweeps/contrastive-quick.yaml.',
      }),
    ],
  }))
  const problems = read.problems.map(problem =>
    ['empty-document', 'not-a-map'].includes(problem.code)
      ? new Problem(problem.code, 'A sweep is a map of keys to values and names its config: base: ../pool.yaml', {
          place: problem.place,
        })
      : problem,
  )
  return read.tree ? { tree: read.tree, problems } : { problems }
}
